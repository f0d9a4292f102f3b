/**
 * Native speed for plain jobs, for those who trade the WebAssembly sandbox for it: `Bun.Image` does whole plans that only resize, turn and mirror.
 * Example: `engine: ["bun", "magick"]`. Everything else is left to the next engine, so there must be one; so is the writing of AVIF, which is not
 * built in, and of WebP, which takes `Bun.Image` twice as long as `magick`, for 2 % fewer bytes.
 * Settings: `pngLevel`, `webp`.
 * API: https://bun.com/docs/runtime/image
 *
 * Left to others since the result would differ: transparency when resizing (its resampler lets hidden colours bleed in), profiles other than sRGB
 * (it keeps them in the output), CMYK, animations, JPEG of high quality (it always halves the colours), files that are cut short (it fills in grey).
 * Residual risk: a JPEG with damage inside its scans is decoded with a grey patch, where other engines refuse it.
 */
import {
  type EngineInstance,
  engine,
  fitSize,
  type Header,
  type Parameters,
  type Plan,
  type Size,
  type WorkerHost,
} from "cameo/plugin";
import * as v from "valibot";
import { plainFile } from "./bun-files.ts";
import { readStoredPng } from "./bun-pixels.ts";

const options = v.object({
  pngLevel: v.pipe(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(9)), 3),
    v.description("zlib level, 0 to 9."),
  ),
  webp: v.pipe(
    v.optional(v.picklist(["next", "bun"]), "next"),
    v.description("Who writes WebP: the next engine that can, or this one, where the next is slow at it."),
  ),
});

/** The part of Bun's API that is used. */
interface BunImage {
  rotate(degrees: number): BunImage;
  flop(): BunImage;
  resize(width: number, height: number, options: { readonly fit: "fill" }): BunImage;
  jpeg(options: { readonly quality: number; readonly progressive: boolean }): BunImage;
  png(options: { readonly compressionLevel: number }): BunImage;
  webp(options: { readonly quality: number }): BunImage;
  bytes(): Promise<Uint8Array>;
}

interface BunImageClass {
  new (body: Uint8Array, options: { readonly maxPixels: number; readonly autoOrient: boolean }): BunImage;
  /** `bun` is the same code on every system; macOS has another by default. Holds for the whole process. */
  backend: "system" | "bun";
}

export default engine({
  name: "bun",
  options,
  decodes: [],
  encodes: [],
  animates: [],
  setup(settings, host): EngineInstance {
    const { Bun } = globalThis as { readonly Bun?: { readonly Image?: BunImageClass } };
    if (!Bun?.Image) {
      throw host.fail(
        "bad-setting",
        'The engine "bun" needs Bun 1.4 or newer; take it out of "engine", or start Cameo with Bun.',
      );
    }
    const { Image } = Bun;
    Image.backend = "bun";
    const cannot = (): never => {
      throw host.fail("engine-cannot", 'The engine "bun" only does whole plans; name another one after it.');
    };
    return {
      decode: cannot,
      fromPixels: cannot,
      encode: cannot,
      run: (body, header, plan) => run(Image, body, header, plan, { ...settings, host }),
    };
  },
});

interface Work extends v.InferOutput<typeof options> {
  readonly host: WorkerHost;
}

async function run(
  Image: BunImageClass,
  body: Uint8Array,
  header: Header,
  plan: Plan,
  { pngLevel, webp, host }: Work,
): ReturnType<NonNullable<EngineInstance["run"]>> {
  const job = jobOf(header, plan);
  const source = job && plainFile(body, header.format);
  if (!job || !source) return null;
  const image = new Image(source, { maxPixels: plan.decode.maxPixels, autoOrient: false });
  if (job.pose.quarters !== 0) image.rotate(job.pose.quarters * 90);
  if (job.pose.isFlopped) image.flop();
  if (job.isResized) image.resize(plan.size.width, plan.size.height, { fit: "fill" });
  const isLeft = job.format === "avif" || (job.format === "webp" && webp === "next");
  if (job.format === "jpeg") image.jpeg({ quality: job.quality, progressive: true });
  else if (job.format === "webp" && !isLeft) image.webp({ quality: job.quality });
  else image.png({ compressionLevel: isLeft ? 0 : pngLevel });
  const made = await within(
    image.bytes().catch((error: unknown) => explain(error, host)),
    plan.decode.deadlineMs,
    host,
  );
  if (!made) return null;
  if (!isLeft) return { body: made, size: plan.size };
  const pixels = readStoredPng(made);
  return pixels ? { pixels } : null;
}

interface Job {
  readonly format: (typeof outputs)[number];
  readonly quality: number;
  readonly pose: Pose;
  readonly isResized: boolean;
}

const inputs: readonly string[] = ["jpeg", "png", "webp"];
const outputs = ["jpeg", "png", "webp", "avif"] as const;

/** From this quality on, other engines keep the colours of a JPEG at full size. */
const fullChromaQuality = 90;

/** What is to be done; `undefined` if it is not all within reach. */
function jobOf(header: Header, { operations, encode, size: wanted }: Plan): Job | undefined {
  const format = outputs.find((each) => each === encode?.format);
  if (!encode || !format || !inputs.includes(header.format) || header.frames > 1) return undefined;
  if (format === "jpeg" && (header.hasAlpha !== false || encode.quality >= fullChromaQuality)) return undefined;
  let state: State | undefined = { size: header, pose: start, isResized: false };
  state = turn(state, poseOf(header.orientation));
  for (const { transform, parameters } of operations) {
    const step: Step | undefined = steps[transform];
    state = state && !state.isResized ? step?.(state, parameters as Parameters) : undefined;
  }
  if (!state || !isSame(state.size, wanted) || (state.isResized && header.hasAlpha !== false)) return undefined;
  return { format, quality: encode.quality, pose: state.pose, isResized: state.isResized };
}

/** Quarter turns clockwise, then a mirror from left to right: each of the eight ways to lay a picture. */
interface Pose {
  readonly quarters: number;
  readonly isFlopped: boolean;
}

interface State {
  readonly size: Size;
  readonly pose: Pose;
  readonly isResized: boolean;
}

type Step = (state: State, parameters: Parameters) => State | undefined;

const start: Pose = { quarters: 0, isFlopped: false };

const steps: Readonly<Record<string, Step>> = {
  rotate: (state, { rotate = 0 }) =>
    rotate % 90 === 0 ? turn(state, { quarters: rotate / 90, isFlopped: false }) : undefined,
  flip: (state) => turn(state, { quarters: 2, isFlopped: true }),
  flop: (state) => turn(state, { quarters: 0, isFlopped: true }),
  resize(state, parameters) {
    const { scaled, canvas } = fitSize(state.size, parameters);
    return isSame(scaled, canvas) ? { ...state, size: scaled, isResized: !isSame(scaled, state.size) } : undefined;
  },
};

const isSame = (one: Size, other: Size): boolean => one.width === other.width && one.height === other.height;

/** Turning what is mirrored turns it the other way. */
function turn({ size: { width, height }, pose, isResized }: State, { quarters, isFlopped }: Pose): State {
  const turned = (pose.quarters + (pose.isFlopped ? -quarters : quarters) + 4) % 4;
  const size = quarters % 2 === 0 ? { width, height } : { width: height, height: width };
  return { size, pose: { quarters: turned, isFlopped: pose.isFlopped !== isFlopped }, isResized };
}

/** EXIF orientations 1 to 8. */
const poseOf = (orientation: number): Pose => ({
  quarters: [0, 0, 0, 2, 2, 1, 1, 3, 3][orientation] ?? 0,
  isFlopped: [2, 4, 5, 7].includes(orientation),
});

/** Too many pixels is an answer; whatever else it cannot decode, the next engine tells what is wrong with it. */
function explain(error: unknown, host: WorkerHost): null {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ERR_IMAGE_TOO_MANY_PIXELS")
    throw host.fail("too-many-pixels", "The image has more pixels than may be decoded.", { cause: error });
  host.log.debug("left to the next engine", { code: String(code) });
  return null;
}

/** The library cannot be stopped: past the deadline its thread still ends its work, but nobody waits for it. */
async function within<T>(work: Promise<T>, deadlineMs: number, host: WorkerHost): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(host.fail("too-slow", "The image took too long; ask for a smaller one.")),
      deadlineMs,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
