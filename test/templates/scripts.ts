/** The same title in many scripts, and titles that are hard to set. */
export const titles = {
  short: "Hi",
  usual: "Images that fit every page",
  long: "How we cut image traffic by two thirds in an afternoon, and what we would do differently next time",
  endless: "The quick brown fox jumps over the lazy dog while the band plays on. ".repeat(4).trim().slice(0, 270),
  word: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunter",
  japanese: "すべてのページにぴったり合う画像を、ひとつのプロセスで",
  chinese: "让每一张图片都适合它所在的页面",
  korean: "모든 페이지에 어울리는 이미지, 하나의 프로세스로",
  arabic: "صور تناسب كل صفحة من صفحات موقعك في عملية واحدة",
  hebrew: "תמונות שמתאימות לכל עמוד, בתהליך אחד",
  devanagari: "हर पृष्ठ के लिए उपयुक्त चित्र, एक ही प्रक्रिया में",
  thai: "รูปภาพที่เหมาะกับทุกหน้าในกระบวนการเดียว",
  cyrillic: "Изображения для каждой страницы",
  greek: "Εικόνες που ταιριάζουν σε κάθε σελίδα",
  vietnamese: "Hình ảnh phù hợp với mọi trang",
  emoji: "Launch day 🚀🎉 with 👩‍👩‍👧‍👦 and 🇯🇵",
  mixed: "Using שלום with عربي and 日本語 in Cameo 2.0",
} as const satisfies Record<string, string>;

/** Most graphemes that each parameter takes, where it is less than a title has. */
const most: Readonly<Record<string, number>> = {
  label: 60,
  author: 80,
  role: 100,
  name: 100,
  place: 60,
  site: 60,
  time: 60,
  badge: 24,
  price: 24,
  was: 24,
  version: 24,
  reading: 40,
  title: 200,
  subtitle: 300,
};

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

const cut = (text: string, length = 300): string =>
  Array.from(segmenter.segment(text), ({ segment }) => segment)
    .slice(0, length)
    .join("");

/** Parameters of a template that all hold this text. */
export function filled(names: readonly string[], text: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, cut(text, most[name])]));
}

/** The parameters of each template that are texts. */
export const textParameters: Readonly<Record<string, readonly string[]>> = {
  article: ["title", "subtitle", "label", "author", "reading"],
  card: ["title", "subtitle", "label", "site"],
  changelog: ["title", "version", "label", "changes"],
  event: ["title", "subtitle", "label", "time", "place"],
  initials: ["name"],
  plain: ["title"],
  product: ["title", "subtitle", "label", "price", "was", "badge"],
  profile: ["name", "role", "bio", "place", "site"],
  quote: ["text", "author", "role"],
};
