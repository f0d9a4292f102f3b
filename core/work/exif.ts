/** TIFF directories: the header of a TIFF file, and of the EXIF block that other formats carry. */

/** Tags of TIFF 6.0. */
const tags = { width: 256, height: 257, orientation: 274 } as const;

/** SHORT and LONG: the only types that these tags have in the wild. */
const valueBytes: Readonly<Record<number, 2 | 4>> = { 3: 2, 4: 4 };

export interface Directory {
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** 1..8; anything else in the file counts as 1. */
  readonly orientation: number;
}

/** The first directory of a TIFF or EXIF block. Throws `RangeError` where it points outside. */
export function readDirectory(block: DataView): Directory {
  const little = block.getUint16(0) === 0x4949;
  const at = block.getUint32(4, little);
  const count = block.getUint16(at, little);
  const found = new Map<number, number>();
  for (let index = 0; index < count; index++) {
    const entry = at + 2 + index * 12;
    const tag = block.getUint16(entry, little);
    const bytes = valueBytes[block.getUint16(entry + 2, little)];
    if (bytes === undefined || block.getUint32(entry + 4, little) !== 1 || found.has(tag)) continue;
    found.set(tag, bytes === 2 ? block.getUint16(entry + 8, little) : block.getUint32(entry + 8, little));
  }
  return {
    width: found.get(tags.width),
    height: found.get(tags.height),
    orientation: knownOrientation(found.get(tags.orientation)),
  };
}

export const knownOrientation = (value = 1): number => (value >= 1 && value <= 8 ? value : 1);

/**
 * EXIF orientation in a block, 1..8. A block that is cut or nonsense counts as 1: metadata never makes an image unreadable.
 * The `Exif` prefix of JPEG, which some writers put into PNG and WebP too, is skipped.
 */
export function exifOrientation(block: Uint8Array): number {
  const start = String.fromCharCode(...block.subarray(0, 4)) === "Exif" ? 6 : 0;
  const body = block.subarray(start);
  try {
    return readDirectory(new DataView(body.buffer, body.byteOffset, body.byteLength)).orientation;
  } catch {
    return 1;
  }
}
