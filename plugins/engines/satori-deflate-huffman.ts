/** Huffman codes as deflate takes them (RFC 1951, 3.2.2). */

/** Bits of each symbol's code: 0 for what does not occur. Two codes at least, which some readers demand. */
export function codeLengths(uses: Uint32Array, limit: number): Uint8Array {
  let weights = uses.slice();
  for (let at = 0; weights.filter((weight) => weight > 0).length < 2; at++) weights[at] ||= 1;
  for (;;) {
    const depths = depthsOf(weights);
    if (depths.every((depth) => depth <= limit)) return depths;
    weights = weights.map((weight) => (weight === 0 ? 0 : (weight >> 2) + 1));
  }
}

/** Joins the two lightest until one tree is left. Of equal ones the earlier goes first, so that the codes are always the same. */
function depthsOf(weights: Uint32Array): Uint8Array {
  const leaves = Array.from(weights.keys()).filter((symbol) => (weights[symbol] ?? 0) > 0);
  leaves.sort((one, other) => (weights[one] ?? 0) - (weights[other] ?? 0) || one - other);
  const weight = leaves.map((symbol) => weights[symbol] ?? 0);
  const parent: number[] = [];
  const total = leaves.length * 2 - 1;
  for (let node = leaves.length, leaf = 0, inner = node; node < total; node++) {
    const lightest = () =>
      leaf < leaves.length && (inner >= node || (weight[leaf] ?? 0) <= (weight[inner] ?? 0)) ? leaf++ : inner++;
    const [one, other] = [lightest(), lightest()];
    weight.push((weight[one] ?? 0) + (weight[other] ?? 0));
    parent[one] = node;
    parent[other] = node;
  }
  const depth = new Uint8Array(total);
  for (let node = total - 2; node >= 0; node--) depth[node] = (depth[parent[node] ?? 0] ?? 0) + 1;
  const depths = new Uint8Array(weights.length);
  for (const [at, symbol] of leaves.entries()) depths[symbol] = depth[at] ?? 0;
  return depths;
}

/** The codes for these lengths, with their bits in the order in which they are written. */
export function codesOf(depths: Uint8Array): Uint16Array {
  const codes = new Uint16Array(depths.length);
  let code = 0;
  for (let bits = 1; bits <= 15; bits++) {
    for (let symbol = 0; symbol < depths.length; symbol++)
      if (depths[symbol] === bits) codes[symbol] = reversed(code++, bits);
    code <<= 1;
  }
  return codes;
}

function reversed(code: number, bits: number): number {
  let result = 0;
  for (let left = bits; left > 0; left--) result |= ((code >> (bits - left)) & 1) << (left - 1);
  return result;
}
