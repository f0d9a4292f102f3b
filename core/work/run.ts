/** One job in a worker: ask the engines for the whole plan, else decode, operate, encode. */
import { CameoError } from "../error.ts";
import type { Drawing, InputFormat, Picture, Pixels, Plan, Rendered } from "../image.ts";
import { mimeTypes } from "../image.ts";
import type { EngineDefinition, EngineInstance, TransformDefinition } from "../plugin.ts";
import { describePicture } from "./describe.ts";
import type { Job, JobResult } from "./protocol.ts";

/** A definition with its instance in this worker. */
export interface RunningEngine {
  readonly definition: EngineDefinition;
  readonly instance: EngineInstance;
}

export interface Workshop {
  /** In the order in which they are asked; helpers last. */
  readonly engines: readonly RunningEngine[];
  readonly transforms: ReadonlyMap<string, TransformDefinition>;
  /** Milliseconds of a monotonic clock. */
  clock(): number;
}

export async function runJob(job: Job, shop: Workshop): Promise<JobResult> {
  const start = shop.clock();
  const whole = await runWhole(job, shop, start);
  if (whole) return whole;
  const main = mainEngine(shop, job.plan);
  const { picture, engine, holder } = await decode(job, shop, main);
  try {
    const decoded = shop.clock();
    for (const operation of job.plan.operations) await apply(operation, picture, shop);
    const operated = shop.clock();
    const rendered = await encode(picture, job.plan, holder, job);
    const timings = { decodeMs: decoded - start, operateMs: operated - decoded, encodeMs: shop.clock() - operated };
    return { rendered, timings, engine };
  } finally {
    picture.dispose();
  }
}

/** What an engine that does whole plans made of it, or left to be encoded. */
async function runWhole(job: Job, shop: Workshop, start: number): Promise<JobResult | null> {
  if (!job.plan.encode || job.drawing) return null;
  for (const { definition, instance } of shop.engines) {
    const result = await instance.run?.(job.body, job.header, job.plan);
    if (!result) continue;
    const done = shop.clock();
    const rendered =
      "pixels" in result
        ? await encodePixels(result.pixels, job, mainEngine(shop, job.plan))
        : { body: result.body, ...result.size, type: mimeTypes[job.plan.encode.format], frames: 1 };
    const isEncoded = "body" in result;
    const timings = {
      decodeMs: isEncoded ? 0 : done - start,
      operateMs: 0,
      encodeMs: shop.clock() - (isEncoded ? start : done),
    };
    return { rendered, timings, engine: definition.name };
  }
  return null;
}

async function encodePixels(pixels: Pixels, job: Job, holder: RunningEngine): Promise<Rendered> {
  const picture = holder.instance.fromPixels([pixels]);
  try {
    return await encode(picture, job.plan, holder, job);
  } finally {
    picture.dispose();
  }
}

/** The first engine that can encode what is asked; it holds the picture. */
function mainEngine(shop: Workshop, plan: Plan): RunningEngine {
  const encoders = shop.engines.filter(({ definition }) => definition.encodes.length > 0);
  const format = plan.encode?.format;
  const found = format ? encoders.find(({ definition }) => definition.encodes.includes(format)) : encoders[0];
  if (found) return found;
  throw new CameoError(
    "engine-cannot",
    `The configured image engine does not write ${format ?? "images"}; ask for another format.`,
  );
}

interface Decoded {
  readonly picture: Picture;
  /** Who made it. */
  readonly engine: string;
  /** Whose picture it is now. */
  readonly holder: RunningEngine;
}

async function decode(job: Job, shop: Workshop, main: RunningEngine): Promise<Decoded> {
  if (job.drawing) return drawCard(job.drawing, job, shop, main);
  const format = job.header.format;
  const able = shop.engines.filter(({ definition }) => definition.decodes.includes(format));
  const decoder = able.includes(main) ? main : able[0];
  if (!decoder) throw cannotRead(format);
  const picture = await decoder.instance.decode(job.body, job.plan.decode);
  return held(picture, decoder, main);
}

async function drawCard(drawing: Drawing, { plan }: Job, shop: Workshop, main: RunningEngine): Promise<Decoded> {
  const artist = shop.engines.find(({ instance }) => instance.draw);
  if (!artist?.instance.draw) throw new CameoError("engine-cannot", "No engine here draws cards.");
  const picture = await artist.instance.draw(drawing, plan.decode);
  return held(picture, artist, finishes(artist, plan) ? artist : main);
}

const finishes = ({ definition }: RunningEngine, { operations, encode }: Plan): boolean =>
  operations.length === 0 && encode !== undefined && (definition.finishes ?? []).includes(encode.format);

const held = (picture: Picture, maker: RunningEngine, holder: RunningEngine): Decoded => ({
  picture: maker === holder ? picture : handOver(picture, holder),
  engine: maker.definition.name,
  holder,
});

/** The picture in another engine, with the scale that its maker worked at. */
function handOver(picture: Picture, main: RunningEngine): Picture {
  try {
    const frames = Array.from({ length: picture.frames }, (_, index) => picture.pixels(index));
    const { scale, remarks } = picture;
    return Object.defineProperties(main.instance.fromPixels(frames), {
      scale: { value: scale },
      remarks: { value: remarks },
    });
  } finally {
    picture.dispose();
  }
}

const cannotRead = (format: InputFormat): CameoError =>
  new CameoError("unsupported-type", `The configured image engine does not read ${format}.`);

function apply(operation: Plan["operations"][number], picture: Picture, shop: Workshop): void | Promise<void> {
  const transform = shop.transforms.get(operation.transform);
  if (!transform)
    throw new CameoError("internal", "A transform is missing in the worker.", {
      log: { transform: operation.transform },
    });
  return transform.apply(picture, operation.parameters, operation.full);
}

async function encode(
  picture: Picture,
  plan: Plan,
  { definition, instance }: RunningEngine,
  job: Job,
): Promise<Rendered> {
  const { width, height, frames, remarks } = picture;
  if (!plan.encode) {
    const format = definition.encodes.includes("webp") ? "webp" : "png";
    const body = await describePicture(picture, job, {
      format,
      encode: (options) => instance.encode(picture, options),
    });
    return { body, type: "application/json", width, height, frames };
  }
  const body = await instance.encode(picture, plan.encode);
  return { body, type: mimeTypes[plan.encode.format], width, height, frames, ...(remarks ? { remarks } : {}) };
}
