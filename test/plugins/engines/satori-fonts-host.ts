/** Fonts for tests: one library for a file, and texts in ten scripts. */
import { createHost } from "../../../core/testing.ts";
import { openFonts } from "../../../plugins/engines/satori-fonts.ts";

export const host = createHost();

let opened: ReturnType<typeof openFonts> | undefined;

/** The shipped fonts, opened once. */
export const library = (): ReturnType<typeof openFonts> => {
  opened ??= openFonts(host);
  return opened;
};

/** By script: a title as one might have it. */
export const titles = {
  latin: "Ship images, not headaches: “AV To WA” fi 1→2 ✓",
  vietnamese: "Đường lối đổi mới ế ệ ữ ậ Ặ",
  greek: "Γρήγορες εικόνες για όλους",
  cyrillic: "Быстрые картинки для всех: Ґ ї ў",
  arabic: "مرحبا بالعالم: صور أسرع بمقدار 10 مرات (Cameo 2.0)!",
  hebrew: "שלום עולם: תמונות מהירות פי 10 (Cameo v2.0)?",
  devanagari: "क्षत्रिय स्त्री प्रार्थना ज्ञान हिन्दी में चित्र",
  thai: "ที่นี่มีรูปภาพที่เร็วกว่าเดิม",
  japanese: "画像を、もっと速く。「カメオ」で始めよう",
  korean: "이미지를 더 빠르게 — 카메오로 시작하세요",
  chinese: "让图片更快：从零开始的图像代理",
  emoji: "Launching 🚀🎉 with 👩🏽‍💻 and 🇩🇪",
} as const;
