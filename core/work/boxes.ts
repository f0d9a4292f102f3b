/** Sizes of AVIF, HEIC (ISO/IEC 23008-12) and JPEG XL (ISO/IEC 18181), which keep them in nested boxes or in single bits. */
import type { Size } from "../image.ts";
import { knownOrientation } from "./exif.ts";

/** No honest file comes near; a hostile one ends here. */
const maxBoxes = 4096;

/** A box: where its content starts and ends. */
interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

const fourLetters = (view: DataView, at: number): string =>
  String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));

/** The boxes between two places. A size of 0 means up to the end, 1 that 64 bits follow. */
function readBoxes(view: DataView, start: number, end: number): Box[] {
  const boxes: Box[] = [];
  for (let at = start; at + 8 <= end && boxes.length < maxBoxes; ) {
    const short = view.getUint32(at);
    const long = short === 1 ? Number(view.getBigUint64(at + 8)) : short;
    const header = short === 1 ? 16 : 8;
    const size = short === 0 ? end - at : long;
    if (size < header) throw new RangeError("A box is smaller than its own header.");
    boxes.push({ type: fourLetters(view, at + 4), start: at + header, end: Math.min(end, at + size) });
    at += size;
  }
  return boxes;
}

function need(boxes: readonly Box[], type: string): Box {
  const found = boxes.find((box) => box.type === type);
  if (!found) throw new RangeError(`There is no ${type} box.`);
  return found;
}

/** Size of the primary item as a decoder shows it: after its own cut (`clap`) and quarter turn (`irot`). */
export function readHeifSize(view: DataView): Size {
  const meta = need(readBoxes(view, 0, view.byteLength), "meta");
  const parts = readBoxes(view, meta.start + 4, meta.end);
  const iprp = need(parts, "iprp");
  const inner = readBoxes(view, iprp.start, iprp.end);
  const ipco = need(inner, "ipco");
  const properties = readBoxes(view, ipco.start, ipco.end);
  const primary = readPrimary(view, need(parts, "pitm"));
  const own = inner.filter(({ type }) => type === "ipma").flatMap((box) => readAssociations(view, box, primary));
  return sizeOf(
    view,
    own.flatMap((index) => properties[index - 1] ?? []),
  );
}

function sizeOf(view: DataView, properties: readonly Box[]): Size {
  const ispe = need(properties, "ispe");
  let size = { width: view.getUint32(ispe.start + 4), height: view.getUint32(ispe.start + 8) };
  for (const { type, start } of properties) {
    if (type === "clap") size = { width: fraction(view, start), height: fraction(view, start + 8) };
    if (type === "irot" && view.getUint8(start) % 2 === 1) size = { width: size.height, height: size.width };
  }
  return size;
}

const fraction = (view: DataView, at: number): number => Math.round(view.getUint32(at) / view.getUint32(at + 4));

function readPrimary(view: DataView, { start }: Box): number {
  return view.getUint8(start) === 0 ? view.getUint16(start + 4) : view.getUint32(start + 4);
}

/** Indices (from 1) of the properties of one item, in the order in which they apply. */
function readAssociations(view: DataView, { start, end }: Box, item: number): number[] {
  const idBytes = view.getUint8(start) === 0 ? 2 : 4;
  const isWide = (view.getUint8(start + 3) & 1) === 1;
  const entries = Math.min(view.getUint32(start + 4), maxBoxes);
  for (let at = start + 8, entry = 0; entry < entries && at < end; entry++) {
    const id = idBytes === 2 ? view.getUint16(at) : view.getUint32(at);
    const count = view.getUint8(at + idBytes);
    const first = at + idBytes + 1;
    if (id === item) {
      return Array.from({ length: count }, (_, index) =>
        isWide ? view.getUint16(first + index * 2) & 0x7fff : view.getUint8(first + index) & 0x7f,
      );
    }
    at = first + count * (isWide ? 2 : 1);
  }
  return [];
}

/** Width to height for each value of the ratio field (ISO/IEC 18181-1, table of SizeHeader). */
const ratios = [undefined, [1, 1], [12, 10], [4, 3], [3, 2], [16, 9], [5, 4], [2, 1]] as const;

/** Size and orientation of a JPEG XL file, bare or in a container. */
export function readJxl(view: DataView): Size & { readonly orientation: number } {
  const bits = bitReader(view, codestreamStart(view) + 2);
  const isSmall = bits(1) === 1;
  const side = () => (isSmall ? (bits(5) + 1) * 8 : bits([9, 13, 18, 30][bits(2)] ?? 9) + 1);
  const height = side();
  const ratio = ratios[bits(3)];
  const width = ratio ? Math.floor((height * ratio[0]) / ratio[1]) : side();
  const isPlain = bits(1) === 1 || bits(1) === 0;
  return { width, height, orientation: isPlain ? 1 : knownOrientation(bits(3) + 1) };
}

/** Where the codestream starts: at once, in `jxlc`, or behind the index of the first `jxlp`. */
function codestreamStart(view: DataView): number {
  if (view.getUint16(0) === 0xff0a) return 0;
  const box = readBoxes(view, 0, view.byteLength).find(({ type }) => type === "jxlc" || type === "jxlp");
  if (!box) throw new RangeError("There is no codestream.");
  const start = box.type === "jxlc" ? box.start : box.start + 4;
  if (view.getUint16(start) !== 0xff0a) throw new RangeError("The codestream has no signature.");
  return start;
}

/** Reads numbers of 1 to 30 bits, least significant bit first. */
function bitReader(view: DataView, start: number): (count: number) => number {
  let at = start * 8;
  return (count) => {
    let value = 0;
    for (let index = 0; index < count; index++, at++) value |= ((view.getUint8(at >> 3) >> (at & 7)) & 1) << index;
    return value;
  };
}
