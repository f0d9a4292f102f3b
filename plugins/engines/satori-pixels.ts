/** Pixels of the pictures inside a card, told from the start of their data URIs: the renderer unpacks them whole, whatever size they are shown at. */

/** How much of a picture is looked at for its size. */
const headChars = 90_000;

/** `Infinity` if one does not tell its size. An SVG counts as none. */
export function picturePixels(values: Iterable<string>): number {
  let pixels = 0;
  for (const value of values) {
    for (const [, data = ""] of value.matchAll(/data:image\/(?:png|jpe?g|gif)[^,]*,([\w+/=]*)/gi))
      pixels += pixelsOf(data);
  }
  return pixels;
}

function pixelsOf(base64: string): number {
  const head = base64.slice(0, headChars);
  const bytes = new Uint8Array(Buffer.from(head, "base64"));
  if (bytes[0] === 0x89)
    return u16(bytes, 16) + u16(bytes, 20) > 0 ? Number.POSITIVE_INFINITY : u16(bytes, 18) * u16(bytes, 22);
  if (bytes[0] === 0x47) return ((bytes[6] ?? 0) + (bytes[7] ?? 0) * 256) * ((bytes[8] ?? 0) + (bytes[9] ?? 0) * 256);
  return bytes[0] === 0xff ? jpegPixels(bytes) : Number.POSITIVE_INFINITY;
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
