/** Runs a transform on the default engine, as a worker would. */
import assert from "node:assert/strict";
import * as v from "valibot";
import type { Pixels, Size } from "../../../core/image.ts";
import type { EngineInstance, Parameters, PluginOf } from "../../../core/plugin.ts";
import magick from "../../../plugins/engines/magick.ts";
import { makeHost } from "../../contract/host.ts";

let instance: Promise<EngineInstance> | undefined;

/** Set up once. */
export function openEngine(): Promise<EngineInstance> {
  instance ??= Promise.resolve(magick.setup(v.parse(magick.options, {}), makeHost()));
  return instance;
}

/**
 * The frames afterwards. Checks what the planner relies on: it is needed, and the size is the announced one.
 * `full`: the size before a decoder shrank it.
 */
export async function applied(
  transform: PluginOf<"transform">,
  parameters: Parameters,
  frames: Pixels | readonly Pixels[],
  full?: Size,
): Promise<readonly Pixels[]> {
  const all = "data" in frames ? [frames] : frames;
  const [first] = all;
  assert.ok(first);
  assert.equal(isNeeded(transform, parameters), true);
  const announced = transform.size ? transform.size(full ?? first, parameters) : first;
  const picture = (await openEngine()).fromPixels(all);
  try {
    await transform.apply(picture, parameters, full);
    if (announced && !full) {
      assert.deepEqual([picture.width, picture.height], [announced.width, announced.height], "announced size");
    }
    return Array.from({ length: picture.frames }, (_, frame) => picture.pixels(frame));
  } finally {
    picture.dispose();
  }
}

/** The only frame. */
export async function appliedTo(
  transform: PluginOf<"transform">,
  parameters: Parameters,
  frame: Pixels,
  full?: Size,
): Promise<Pixels> {
  const [pixels] = await applied(transform, parameters, frame, full);
  assert.ok(pixels);
  return pixels;
}

/** A picture through several steps, each with the parameters that it reads, as a worker runs them. */
export async function through(
  steps: readonly PluginOf<"transform">[],
  frame: Pixels,
  parameters: Parameters,
): Promise<Pixels> {
  let pixels = frame;
  for (const step of steps) {
    const own = Object.entries(parameters).filter(([name]) => step.reads.includes(name));
    pixels = await appliedTo(step, Object.fromEntries(own), pixels);
  }
  return pixels;
}

export function isNeeded(transform: PluginOf<"transform">, parameters: Parameters): boolean {
  if (transform.isNeeded) return transform.isNeeded(parameters);
  return transform.reads.some((name) => parameters[name] !== undefined);
}
