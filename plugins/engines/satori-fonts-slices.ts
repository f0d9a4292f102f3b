/** Chinese, Japanese and Korean: a variable font in some hundred slices, of which a text needs a few. */
import { type Coverage, parseUnicodeRange } from "./satori-fonts-coverage.ts";
import { type Face, openFace } from "./satori-fonts-face.ts";
import { readSliceList } from "./satori-fonts-folder.ts";
import type { Harfbuzz } from "./satori-fonts-harfbuzz.ts";

/** Of the heavy headings and of the rest. */
const weights = [400, 700];

export interface Sliced {
  readonly family: string;
  /** Name of the slice that has a character. */
  find(codePoint: number): string | undefined;
  /** Throws an Error that ends a sentence with its name. */
  open(slice: string): Promise<Face[]>;
}

/** `name`: `noto-sans-jp`; `read`: a file of the package. */
export async function openSliced(
  name: string,
  read: (path: string) => Promise<Uint8Array>,
  harfbuzz: Harfbuzz,
): Promise<Sliced> {
  const [family, list] = await readSliceList(read);
  const slices = Object.entries(list).map(([slice, range]) => [slice, parseUnicodeRange(range)] as const);
  return {
    family,
    find: (codePoint) => slices.find(([, coverage]: readonly [string, Coverage]) => coverage.has(codePoint))?.[0],
    async open(slice) {
      const file = await read(`files/${name}-${slice.replace(/[[\]]/g, "")}-wght-normal.woff2`);
      return Promise.all(weights.map((pin) => openFace(file, harfbuzz, { pin, style: "normal" })));
    },
  };
}

/** Which of the three a text is likely to be in: Han characters alone are taken for Chinese. */
export function orderByText(text: string): readonly string[] {
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)) return ["Noto Sans JP", "Noto Sans SC", "Noto Sans KR"];
  if (/\p{Script=Hangul}/u.test(text)) return ["Noto Sans KR", "Noto Sans SC", "Noto Sans JP"];
  return ["Noto Sans SC", "Noto Sans JP", "Noto Sans KR"];
}
