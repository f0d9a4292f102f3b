/** transform: original header + request → `Plan`. Pure: orders the operations, clamps sizes, picks the output, estimates the cost. */
import { CameoError } from "../error.ts";
import type { Color, EncodeOptions, Header, InputFormat, Operation, OutputFormat, Plan, Size } from "../image.ts";
import type { TransformDefinition } from "../plugin.ts";
import type { Capabilities, Snapshot } from "../registry/snapshot.ts";
import type { Parameters } from "../request/parameters.ts";
import type { ImageRequest } from "./resolve.ts";

const white: Color = { r: 255, g: 255, b: 255, a: 255 };

/** Throws `too-many-pixels`, `unsupported-type` or `bad-parameter`. */
export function transform(request: ImageRequest, header: Header, snapshot: Snapshot): Plan {
  const { limits } = snapshot.settings;
  refuseHuge(header, request, limits);
  if (snapshot.disabled.size > 0) refuseDisabled(request, snapshot);
  const size = upright(header);
  const isVector = header.format === "svg";
  const parameters = withinOutput(
    isVector ? { ...request.parameters, enlarge: true } : request.parameters,
    size,
    limits.outputPx,
  );
  const steps = planSteps(size, parameters, snapshot.transforms, isVector);
  refuseLarge(steps.size, limits);
  const encode = request.output === "meta" ? undefined : chooseEncoding(request, header, snapshot);
  const canMove = encode !== undefined && snapshot.capabilities.animates.has(encode.format);
  const maxFrames = canMove ? Math.min(parameters.frames ?? limits.frames, limits.frames) : 1;
  const frames = Math.min(header.frames, maxFrames);
  const decode = {
    format: header.format,
    orientation: header.orientation,
    atLeast: steps.atLeast,
    maxFrames,
    truncated: request.mount.settings.truncated,
    maxPixels: limits.pixels,
    deadlineMs: limits.jobMs,
  };
  const costBytes = steps.peakPixels * frames * 4;
  if (costBytes > limits.decodedBytes) throw tooMuch(frames);
  return { decode, operations: steps.operations, encode, size: steps.size, costBytes };
}

const area = ({ width, height }: Size): number => width * height;
const tooMuch = (frames: number): CameoError =>
  frames > 1
    ? tooLarge("The animation has too many pixels in all; ask for fewer frames.")
    : tooLarge("The picture would have too many pixels while it is worked on; ask for less, or turn it by quarters.");
const tooLarge = (detail: string): CameoError => new CameoError("too-many-pixels", detail);

type Limits = Snapshot["settings"]["limits"];

function refuseHuge(header: Header, { parameters }: ImageRequest, limits: Limits): void {
  const isDrawn = header.format === "svg";
  if (area(header) > limits.pixels && !isDrawn) {
    throw tooLarge(`The image is ${header.width} × ${header.height} px; the limit is ${limits.pixels} pixels.`);
  }
  if (header.frames > limits.frames && parameters.frames === undefined) {
    throw tooLarge(`The animation has more than ${limits.frames} frames; ask for fewer with "frames".`);
  }
}

/** Width and height after the EXIF orientation is applied: 5 to 8 lie on their side. */
export function upright({ width, height, orientation }: Header): Size {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** An image larger than the longest side allowed is brought inside it when no size is asked for. */
function withinOutput(parameters: Parameters, size: Size, outputPx: number): Parameters {
  const isSized = parameters.width !== undefined || parameters.height !== undefined;
  if (isSized || parameters.crop || Math.max(size.width, size.height) <= outputPx) return parameters;
  return { ...parameters, width: outputPx, height: outputPx, fit: "inside" };
}

function refuseLarge({ width, height }: Size, { outputPx, pixels }: Limits): void {
  const isLong = Math.max(width, height) > outputPx;
  if (!isLong && width * height <= pixels) return;
  const limit = isLong ? `the longest side allowed is ${outputPx} px` : `${pixels} pixels in all are allowed`;
  throw new CameoError("bad-parameter", `The result would be ${width} × ${height} px; ${limit}.`, {
    fields: {
      parameter: "width",
      got: Math.max(width, height),
      takes: isLong ? `up to ${outputPx} px in all` : `what makes up to ${pixels} pixels`,
    },
  });
}

interface Steps {
  readonly operations: readonly Operation[];
  /** Expected at the end. */
  readonly size: Size;
  /** The decoder may shrink to this (or, for a vector, draw at it); `undefined` for the stored size. */
  readonly atLeast: Size | undefined;
  /** The most that one frame has from decoding to encoding. */
  readonly peakPixels: number;
}

function planSteps(
  original: Size,
  parameters: Parameters,
  transforms: readonly TransformDefinition[],
  isVector: boolean,
): Steps {
  const operations: Operation[] = [];
  let size = original;
  let shrink: number | undefined;
  let isExact = true;
  let peakPixels = 0;
  for (const step of transforms) {
    if (!isNeeded(step, parameters)) continue;
    const full = isExact ? { full: size } : {};
    operations.push({ transform: step.name, parameters: pick(parameters, step.reads), ...full });
    if (isExact && shrink === undefined) shrink = step.shrink?.(size, parameters);
    const next = step.size ? step.size(size, parameters) : size;
    isExact &&= next !== undefined;
    size = next ?? size;
    peakPixels = Math.max(peakPixels, area(size));
  }
  const atLeast = isVector ? drawnSize(original, size, shrink) : shrunkSize(original, shrink);
  const decodedPixels = area(isVector ? (atLeast ?? original) : original);
  return { operations, size, atLeast, peakPixels: Math.max(peakPixels, decodedPixels) };
}

function shrunkSize(original: Size, factor: number | undefined): Size | undefined {
  return factor !== undefined && factor < 1 ? times(original, factor, Math.ceil) : undefined;
}

/** A vector of which only a part is shown is drawn with at most so many pixels, or this many times those of the result; beyond it becomes softer. */
const maxDrawnPixels = 4_000_000;
const maxDrawnShare = 4;
/** Nor is one that is very long drawn longer than this, which engines take. */
const maxDrawnSide = 16_384;

/** Rounded as `resize` will round it: what is drawn at the very size needs no resampling. */
function drawnSize(original: Size, result: Size, wanted: number | undefined): Size | undefined {
  if (wanted === undefined) return undefined;
  const most = Math.sqrt(Math.max(maxDrawnPixels, maxDrawnShare * area(result)) / area(original));
  const longest = maxDrawnSide / Math.max(original.width, original.height);
  return times(original, Math.min(wanted, most, longest), Math.round);
}

function refuseDisabled({ parameters }: ImageRequest, { transforms, disabled }: Snapshot): void {
  const off = transforms.find((step) => disabled.has(`transform.${step.name}`) && isNeeded(step, parameters));
  if (!off) return;
  throw new CameoError(
    "plugin-disabled",
    `The transform "${off.name}" is switched off here; ask without it, or try again later.`,
  );
}

/** Whether a transform has anything to do. */
export const isNeeded = (step: TransformDefinition, parameters: Parameters): boolean =>
  step.isNeeded ? step.isNeeded(parameters) : step.reads.some((name) => parameters[name] !== undefined);

const times = ({ width, height }: Size, ratio: number, round: (value: number) => number): Size => ({
  width: Math.max(1, round(width * ratio)),
  height: Math.max(1, round(height * ratio)),
});

function pick(parameters: Parameters, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.flatMap((name) => (parameters[name] === undefined ? [] : [[name, parameters[name]]])),
  );
}

function chooseEncoding(request: ImageRequest, header: Header, snapshot: Snapshot): EncodeOptions {
  const { parameters } = request;
  const format = chooseFormat(request, header, snapshot.capabilities);
  const byFormat: Readonly<Record<string, number>> = snapshot.settings.quality;
  // One that is seen through was laid under the picture by then: what shows through both is white.
  const background = parameters.background?.a === 255 ? parameters.background : white;
  return { format, quality: parameters.quality ?? byFormat[format] ?? 80, background };
}

/**
 * The asked format, or for `auto` the first of: the modern formats that the client takes and an engine writes, then the source's
 * own family. An animation passes over formats that cannot hold it.
 */
export function chooseFormat(request: ImageRequest, header: Header, can: Capabilities): OutputFormat {
  const asked = request.parameters.format ?? "auto";
  if (asked !== "auto") return asked;
  const isMoving = header.frames > 1 && request.parameters.frames !== 1;
  const holds = (format: OutputFormat) => can.encodes.has(format) && (!isMoving || can.animates.has(format));
  const fallback = isMoving ? "gif" : (request.mount.definition.plainFormat ?? family[header.format]);
  const isPhoto = header.hasAlpha === false && fallback === "png" && !lossless.has(header.format);
  const own = isPhoto && request.mount.definition.plainFormat === undefined ? "jpeg" : fallback;
  return [...request.accepts, own].find(holds) ?? (can.encodes.has(own) ? own : "png");
}

/** What a client that takes no modern format gets. Those that may hold alpha become PNG unless the header says they do not. */
const family = {
  jpeg: "jpeg",
  png: "png",
  gif: "gif",
  webp: "png",
  avif: "png",
  heic: "jpeg",
  tiff: "jpeg",
  bmp: "png",
  ico: "png",
  jxl: "png",
  svg: "png",
} as const satisfies Record<InputFormat, OutputFormat>;

/** Formats of graphics: PNG suits them even without alpha. */
const lossless: ReadonlySet<InputFormat> = new Set(["png", "bmp", "ico", "svg"]);
