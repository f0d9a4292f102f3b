/** The LZW of GIF89a (appendix F), for indexes of 8 bits: codes of 9 to 12 bits, least significant bit first. */

const clearCode = 256;
const endCode = 257;
const maxCodes = 4096;

export function compressLzw(indexes: Uint8Array): Uint8Array {
  const bits = bitWriter(indexes.length * 2 + 16);
  /** By prefix code and next index; -1 where there is none. */
  const codes = new Int16Array(maxCodes * 256).fill(-1);
  let next = endCode + 1;
  let width = 9;
  bits.write(clearCode, width);
  let prefix = indexes[0] ?? 0;
  for (let at = 1; at < indexes.length; at++) {
    const key = prefix * 256 + (indexes[at] ?? 0);
    const known = codes[key] ?? -1;
    if (known >= 0) {
      prefix = known;
      continue;
    }
    bits.write(prefix, width);
    prefix = indexes[at] ?? 0;
    if (next === maxCodes) {
      bits.write(clearCode, width);
      codes.fill(-1);
      next = endCode + 1;
      width = 9;
      continue;
    }
    if (next === 1 << width) width++;
    codes[key] = next++;
  }
  bits.write(prefix, width);
  if (next === 1 << width && width < 12) width++;
  bits.write(endCode, width);
  return bits.end();
}

interface BitWriter {
  write(value: number, count: number): void;
  end(): Uint8Array;
}

function bitWriter(capacity: number): BitWriter {
  const bytes = new Uint8Array(capacity);
  let length = 0;
  let held = 0;
  let heldBits = 0;
  return {
    write(value, count) {
      held |= value << heldBits;
      heldBits += count;
      for (; heldBits >= 8; heldBits -= 8, held >>>= 8) bytes[length++] = held & 255;
    },
    end() {
      if (heldBits > 0) bytes[length++] = held & 255;
      return bytes.subarray(0, length);
    },
  };
}
