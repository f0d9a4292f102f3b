/**
 * The containers that fonts come in: TTF and OTF (sfnt), WOFF, WOFF2. Files are not trusted: whatever is wrong with one is an error that says so,
 * and nothing grows beyond `maxFontBytes`.
 * Formats: https://www.w3.org/TR/WOFF/, https://www.w3.org/TR/WOFF2/, https://learn.microsoft.com/typography/opentype/spec/otff
 */
import { inflateSync } from "node:zlib";
import decompress from "woff2-encoder/decompress";

/** The largest fonts of Chinese have about 20 MB; unpacked, none may have more than this. */
export const maxFontBytes = 40 * 2 ** 20;

/** No font needs more tables. */
const maxTables = 64;

/** Tables by their tag. */
export type Tables = ReadonlyMap<string, Uint8Array>;

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const tagAt = (view: DataView, at: number): string =>
  String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));

/** The tables of a font file. Throws an Error with what is wrong with it, as the end of a sentence that begins with its name. */
export async function readTables(file: Uint8Array): Promise<Tables> {
  if (file.length > maxFontBytes) throw new Error("is too large for a font");
  try {
    return await readAny(file);
  } catch (error) {
    if (error instanceof RangeError) throw new Error("is damaged or not complete", { cause: error });
    throw error;
  }
}

async function readAny(file: Uint8Array): Promise<Tables> {
  const signature = file.length < 12 ? "" : tagAt(viewOf(file), 0);
  if (signature === "wOFF") return readWoff(file);
  if (signature === "wOF2") return readSfnt(await unpackWoff2(file));
  if (signature === "ttcf") throw new Error("is a collection of fonts; take one font out of it");
  if (["\0\x01\0\0", "OTTO", "true"].includes(signature)) return readSfnt(file);
  throw new Error("is not a TTF, OTF, WOFF or WOFF2 font");
}

async function unpackWoff2(file: Uint8Array): Promise<Uint8Array> {
  const view = viewOf(file);
  if (view.getUint32(16) > maxFontBytes) throw new Error("is too large once it is unpacked");
  if (view.getUint32(4) === 0x74746366) throw new Error("is a collection of fonts; take one font out of it");
  try {
    return await decompress(file);
  } catch (error) {
    throw new Error("is damaged or not complete", { cause: error });
  }
}

const refuseTooMany = (count: number): void => {
  if (count === 0 || count > maxTables) throw new Error("is damaged: it names an impossible number of tables");
};

function readSfnt(file: Uint8Array): Tables {
  const view = viewOf(file);
  const count = view.getUint16(4);
  refuseTooMany(count);
  const tables = new Map<string, Uint8Array>();
  for (let at = 12; at < 12 + count * 16; at += 16) {
    tables.set(tagAt(view, at), part(file, view.getUint32(at + 8), view.getUint32(at + 12)));
  }
  return tables;
}

function readWoff(file: Uint8Array): Tables {
  const view = viewOf(file);
  const count = view.getUint16(12);
  refuseTooMany(count);
  const tables = new Map<string, Uint8Array>();
  let total = 0;
  for (let at = 44; at < 44 + count * 20; at += 20) {
    const stored = part(file, view.getUint32(at + 4), view.getUint32(at + 8));
    const length = view.getUint32(at + 12);
    total += length;
    if (total > maxFontBytes) throw new Error("is too large once it is unpacked");
    tables.set(tagAt(view, at), stored.length < length ? inflate(stored, length) : stored);
  }
  return tables;
}

function part(file: Uint8Array, offset: number, length: number): Uint8Array {
  if (offset + length > file.length) throw new RangeError("a table ends after the file");
  return file.subarray(offset, offset + length);
}

function inflate(stored: Uint8Array, length: number): Uint8Array {
  try {
    const plain = inflateSync(stored, { maxOutputLength: length });
    if (plain.length === length) return plain;
  } catch (error) {
    throw new Error("is damaged: a table cannot be unpacked", { cause: error });
  }
  throw new Error("is damaged: a table has another length than it says");
}

/** A plain TTF or OTF of these tables, without checksums, which no reader here looks at. */
export function writeSfnt(tables: Tables): Uint8Array<ArrayBuffer> {
  const entries = [...tables].sort(([a], [b]) => (a < b ? -1 : 1));
  const size = entries.reduce((sum, [, table]) => sum + padded(table.length), 12 + entries.length * 16);
  const file = new Uint8Array(size);
  const view = viewOf(file);
  view.setUint32(0, tables.has("CFF ") || tables.has("CFF2") ? 0x4f54544f : 0x00010000);
  view.setUint16(4, entries.length);
  const power = Math.floor(Math.log2(entries.length));
  view.setUint16(6, 2 ** power * 16);
  view.setUint16(8, power);
  view.setUint16(10, entries.length * 16 - 2 ** power * 16);
  let offset = 12 + entries.length * 16;
  for (const [index, [tag, table]] of entries.entries()) {
    const at = 12 + index * 16;
    for (let each = 0; each < 4; each++) view.setUint8(at + each, tag.charCodeAt(each));
    view.setUint32(at + 8, offset);
    view.setUint32(at + 12, table.length);
    file.set(table, offset);
    offset += padded(table.length);
  }
  return file;
}

const padded = (length: number): number => (length + 3) & ~3;
