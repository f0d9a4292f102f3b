/** Colours of other RGB spaces to sRGB, by the matrix and the curves of an ICC profile (ICC.1:2010); those that work by tables are left to other engines. */

/** From XYZ, adapted to D50, to linear sRGB. */
const toLinear = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
] as const;

const columns = ["rXYZ", "gXYZ", "bXYZ"] as const;
const curves = ["rTRC", "gTRC", "bTRC"] as const;

/** Steps of the table from linear light to 8 bits. */
const steps = 4096;

type Curve = (value: number) => number;

/** Changes RGBA in place. */
export type Convert = (data: Uint8ClampedArray) => void;

/** How to bring a picture with this profile, or this exponent in place of one, to sRGB: nothing to do, a function, or `unknown` for a profile that is not of matrix and curves. */
export function converterOf(profile: Uint8Array | undefined, gamma?: number): Convert | "none" | "unknown" {
  if (!profile) return gamma === undefined ? "none" : byCurve((value) => value ** gamma);
  try {
    const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
    const tags = readTags(view);
    if (readText(view, 16) === "GRAY") return byCurve(readCurve(view, need(tags, "kTRC")));
    const matrix = multiply(
      toLinear,
      columns.map((name) => readXyz(view, need(tags, name))),
    );
    const decode = curves.map((name) => readCurve(view, need(tags, name)));
    return isNear(matrix, decode) ? "none" : convertBy(matrix, decode);
  } catch {
    return "unknown";
  }
}

const readText = (view: DataView, at: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index)));

function readTags(view: DataView): ReadonlyMap<string, number> {
  const count = Math.min(view.getUint32(128), 100);
  return new Map(
    Array.from(
      { length: count },
      (_, index) => [readText(view, 132 + index * 12), view.getUint32(136 + index * 12)] as const,
    ),
  );
}

function need(tags: ReadonlyMap<string, number>, name: string): number {
  const at = tags.get(name);
  if (at === undefined) throw new RangeError(`no ${name}`);
  return at;
}

const fixed = (view: DataView, at: number): number => view.getInt32(at) / 65536;
const readXyz = (view: DataView, at: number): readonly number[] =>
  [0, 1, 2].map((axis) => fixed(view, at + 8 + axis * 4));

/** `columns` are the primaries: the result maps linear RGB of the profile to linear sRGB. */
function multiply(rows: readonly (readonly number[])[], primaries: readonly (readonly number[])[]): number[][] {
  return rows.map((row) =>
    primaries.map((primary) => row.reduce((sum, value, axis) => sum + value * (primary[axis] ?? 0), 0)),
  );
}

function readCurve(view: DataView, at: number): Curve {
  if (readText(view, at) === "para") return readParametric(view, at);
  const count = view.getUint32(at + 8);
  if (count === 0) return (value) => value;
  if (count === 1) return (value) => value ** (view.getUint16(at + 12) / 256);
  return (value) => {
    const place = value * (count - 1);
    const index = Math.min(Math.floor(place), count - 2);
    const [low, high] = [view.getUint16(at + 12 + index * 2), view.getUint16(at + 14 + index * 2)];
    return (low + (high - low) * (place - index)) / 65535;
  };
}

/** Types 0 to 4: (a·x + b)^g + e from d on, c·x + f below; what a type leaves out is neutral. */
function readParametric(view: DataView, at: number): Curve {
  const type = view.getUint16(at + 8);
  const counts = [1, 3, 4, 5, 7] as const;
  const [g = 1, a = 1, b = 0, c = 0, d, e = 0, f = 0] = Array.from({ length: counts[type] ?? 1 }, (_, index) =>
    fixed(view, at + 12 + index * 4),
  );
  if (type < 3) {
    const offset = type === 2 ? c : 0;
    return (value) => (a * value + b >= 0 ? (a * value + b) ** g : 0) + offset;
  }
  return (value) => (value >= (d ?? 0) ? (a * value + b) ** g + e : c * value + f);
}

const srgbToLinear: Curve = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const linearToSrgb: Curve = (value) => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);

/** Most profiles are sRGB under some name. */
function isNear(matrix: readonly (readonly number[])[], decode: readonly Curve[]): boolean {
  const isSame = matrix.every((row, y) => row.every((value, x) => Math.abs(value - (x === y ? 1 : 0)) < 0.01));
  return (
    isSame &&
    decode.every((curve) => [0.2, 0.5, 0.8].every((value) => Math.abs(curve(value) - srgbToLinear(value)) < 0.01))
  );
}

const neutral = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
] as const;

/** The same curve for all channels, and the primaries of sRGB. */
function byCurve(decode: Curve): Convert | "none" {
  const all = [decode, decode, decode];
  return isNear(neutral, all) ? "none" : convertBy(neutral, all);
}

function convertBy(matrix: readonly (readonly number[])[], decode: readonly Curve[]): Convert {
  const [red, green, blue] = decode.map((curve) =>
    Float32Array.from({ length: 256 }, (_, value) => curve(value / 255)),
  );
  const encode = Uint8Array.from({ length: steps + 1 }, (_, step) => Math.round(linearToSrgb(step / steps) * 255));
  const eight = (value: number): number => encode[Math.round(Math.min(1, Math.max(0, value)) * steps)] ?? 0;
  const [[a = 0, b = 0, c = 0] = [], [d = 0, e = 0, f = 0] = [], [g = 0, h = 0, i = 0] = []] = matrix;
  return (data) => {
    for (let at = 0; at < data.length; at += 4) {
      const r = red?.[data[at] ?? 0] ?? 0;
      const s = green?.[data[at + 1] ?? 0] ?? 0;
      const t = blue?.[data[at + 2] ?? 0] ?? 0;
      data[at] = eight(a * r + b * s + c * t);
      data[at + 1] = eight(d * r + e * s + f * t);
      data[at + 2] = eight(g * r + h * s + i * t);
    }
  };
}
