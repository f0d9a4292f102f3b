/** Pictures inside an SVG, as data URIs: the renderer unpacks PNG, JPEG and GIF, and draws an SVG in an SVG. Nothing else is let through. */

/** How much of a data URI is looked at for its size: a JPEG may carry a profile and a preview before it. */
const headChars = 90_000;

/** Pixels of all embedded pictures together. `Infinity` if one does not tell its size. */
export function embeddedPixels(text: string): number {
  let pixels = 0;
  for (let at = text.indexOf("data:image/"); at >= 0; at = text.indexOf("data:image/", at + 1)) {
    const start = text.indexOf(",", at);
    if (start < 0 || start - at > 64) continue;
    pixels += pixelsOf(text.slice(start + 1, start + headChars));
  }
  return pixels;
}

/** The text with every data URI of another kind made void. An SVG in an SVG would have to be weighed like the whole; few files have one. */
export const withoutNested = (text: string): string => text.replace(/data:(?!image\/(?:png|jpe?g|gif)[;,])/gi, "void:");

function pixelsOf(data: string): number {
  const letters = (/^[\w+/=\s&#;]*/.exec(data)?.[0] ?? "").replace(/&#(?:x[0-9a-f]+|\d+);|[^\w+/]/gi, "");
  const bytes = decode(letters);
  if (bytes[0] === 0x89)
    return u16(bytes, 16) > 0 || u16(bytes, 20) > 0 ? Number.POSITIVE_INFINITY : u16(bytes, 18) * u16(bytes, 22);
  if (bytes[0] === 0x47) return ((bytes[6] ?? 0) + (bytes[7] ?? 0) * 256) * ((bytes[8] ?? 0) + (bytes[9] ?? 0) * 256);
  return bytes[0] === 0xff ? jpegPixels(bytes) : 0;
}

function decode(letters: string): Uint8Array {
  try {
    return Uint8Array.from(atob(letters.slice(0, letters.length & ~3)), (letter) => letter.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

/** From the frame header: any of SOF0 to SOF15 but the tables among them. */
function jpegPixels(bytes: Uint8Array): number {
  for (let at = 2; at < bytes.length; at += 2 + u16(bytes, at + 2)) {
    const marker = bytes[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return u16(bytes, at + 5) * u16(bytes, at + 7);
  }
  return Number.POSITIVE_INFINITY;
}

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
