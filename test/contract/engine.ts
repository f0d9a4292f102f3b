/**
 * The contract of engines: what every decoder, every operation and every encoder that an engine declares must do.
 * An engine's own test is `engineContract(engine, makeHost)` and what is special to it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as v from "valibot";
import { CameoError } from "../../core/error.ts";
import type { DecodeOptions, InputFormat } from "../../core/image.ts";
import type { EngineInstance, PluginOf, WorkerHost } from "../../core/plugin.ts";
import { engineChecks } from "../../core/testing/engine.ts";
import { cardPatches } from "../fixtures/card.ts";
import { fixture, type GoodName, goodFixture, goodNames } from "../fixtures/fixture.ts";
import { encodingContract } from "./engine-encode.ts";
import { pictureContract } from "./engine-picture.ts";
import { assertPatches, sizeOf } from "./pictures.ts";

export interface EngineContractOptions {
  /** The engine's settings, before its schema fills in defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Fixtures of declared formats that the engine cannot show as they should be, with the code that it refuses them by. */
  readonly refuses?: Partial<Readonly<Record<GoodName, CameoError["code"]>>>;
}

/** What the suites share. */
export interface Bench {
  readonly name: string;
  readonly definition: PluginOf<"engine">;
  /** Set up once, on first use. */
  engine(): Promise<EngineInstance>;
}

export const decodeDefaults: Omit<DecodeOptions, "format"> = {
  maxFrames: 64,
  truncated: "refuse",
  maxPixels: 50_000_000,
  deadlineMs: 30_000,
};

/** Registers the tests. */
export function engineContract(
  definition: PluginOf<"engine">,
  makeHost: () => WorkerHost,
  options: EngineContractOptions = {},
): void {
  let instance: Promise<EngineInstance> | undefined;
  const engine = (): Promise<EngineInstance> => {
    instance ??= Promise.resolve(definition.setup(v.parse(definition.options, options.settings ?? {}), makeHost()));
    return instance;
  };
  const bench: Bench = { name: definition.name, definition, engine };
  for (const { claim, run } of engineChecks(definition, { options: options.settings ?? {}, host: makeHost() }))
    test(`${definition.name} ${claim}`, async () => run());
  definitionContract(bench);
  for (const name of goodNames) {
    if (!definition.decodes.includes(goodFixture(name).format)) continue;
    const code = options.refuses?.[name];
    if (code === undefined) decodingContract(bench, name);
    else refusalContract(bench, name, code);
  }
  const isReadable = (name: GoodName) => options.refuses?.[name] === undefined;
  for (const format of definition.decodes) limitsContract(bench, format, goodNames.filter(isReadable));
  if (definition.encodes.length === 0) return;
  pictureContract(bench);
  encodingContract(bench);
}

/** Whether something throws a CameoError with this code. */
export async function refusesWith(codes: readonly string[], work: () => unknown): Promise<void> {
  await assert.rejects(
    async () => await work(),
    (error: unknown) => {
      assert.ok(error instanceof CameoError, `not a CameoError: ${error}`);
      assert.ok(codes.includes(error.code), `${error.code}, expected ${codes.join(" or ")}`);
      return true;
    },
  );
}

function definitionContract({ name, definition, engine }: Bench): void {
  test(`${name} declares formats once, and animates only what it encodes`, () => {
    assert.equal(new Set(definition.decodes).size, definition.decodes.length);
    assert.equal(new Set(definition.encodes).size, definition.encodes.length);
    assert.ok(definition.animates.every((format) => definition.encodes.includes(format)));
  });

  test(`${name}.heapBytes() is a number of bytes where there is one`, async () => {
    const bytes = (await engine()).heapBytes?.() ?? 0;
    assert.ok(Number.isInteger(bytes) && bytes >= 0);
  });
}

function decodingContract({ name, engine }: Bench, fixtureName: GoodName): void {
  const { format, card, timeline, tolerance, width = 240, height = 160, frames = 1, about } = goodFixture(fixtureName);
  test(`${name}.decode() shows ${fixtureName} as it is: ${about}`, async () => {
    const picture = await (await engine()).decode(await fixture(fixtureName), { ...decodeDefaults, format });
    try {
      assert.deepEqual(sizeOf(picture), [width, height]);
      assert.equal(picture.frames, frames);
      assert.equal(picture.scale, 1);
      if (card) assertPatches(picture.pixels(), cardPatches(card), tolerance);
      if (card === "alpha" || card?.endsWith("cutout")) assert.equal(picture.hasAlpha, true);
      for (const [index, shown] of (timeline ?? []).entries()) {
        const pixels = picture.pixels(index);
        assert.equal(pixels.delayMs, shown.delayMs, `delay of frame ${index}`);
        assertPatches(pixels, shown.patches, tolerance);
      }
    } finally {
      picture.dispose();
    }
  });
}

function refusalContract({ name, engine }: Bench, fixtureName: GoodName, code: CameoError["code"]): void {
  test(`${name}.decode() refuses ${fixtureName}, which it cannot show, with ${code}`, async () => {
    const { format } = goodFixture(fixtureName);
    const body = await fixture(fixtureName);
    await refusesWith([code], async () => (await engine()).decode(body, { ...decodeDefaults, format }));
  });
}

/** On the first readable fixture of a format. */
function limitsContract({ name, engine }: Bench, format: InputFormat, names: readonly GoodName[]): void {
  const sample = names.find((each) => goodFixture(each).format === format);
  if (!sample) return;
  const { width = 240, height = 160, card } = goodFixture(sample);
  const defaults = { ...decodeDefaults, format };

  test(`${name}.decode() gives at least the size asked for and tells its scale: ${format}`, async () => {
    const atLeast = { width: Math.ceil(width / 4), height: Math.ceil(height / 4) };
    const picture = await (await engine()).decode(await fixture(sample), { ...defaults, atLeast });
    assert.ok(picture.width >= atLeast.width && picture.height >= atLeast.height);
    assert.ok(Math.abs(picture.scale - picture.width / width) < 0.02, `scale ${picture.scale}`);
    if (card) assertPatches(picture.pixels(), cardPatches(card), 24);
    picture.dispose();
  });

  test(`${name}.decode() refuses more pixels than it may decode: ${format}`, async () => {
    const body = await fixture(sample);
    const exact = { ...defaults, maxPixels: width * height };
    (await (await engine()).decode(body, exact)).dispose();
    const small = { ...defaults, maxPixels: Math.floor(width * height * 0.9) };
    await refusesWith(["too-many-pixels"], async () => (await engine()).decode(body, small));
  });

  test(`${name}.decode() refuses a file that is cut short: ${format}`, async () => {
    const body = await fixture(sample);
    for (const part of [0.2, 0.6, 0.95]) {
      const cut = body.subarray(0, Math.floor(body.length * part));
      await refusesWith(["broken-image"], async () => (await engine()).decode(cut, defaults));
    }
  });

  test(`${name}.decode() gives what there is, or refuses, where half an image is allowed: ${format}`, async () => {
    const body = await fixture(sample);
    const cut = body.subarray(0, Math.floor(body.length * 0.7));
    try {
      const picture = await (await engine()).decode(cut, { ...defaults, truncated: "allow" });
      assert.deepEqual(sizeOf(picture), [width, height]);
      picture.dispose();
    } catch (error) {
      assert.equal(error instanceof CameoError && error.code, "broken-image");
    }
  });

  test(`${name}.decode() refuses garbage and nothing at all: ${format}`, async () => {
    const garbage = Uint8Array.from({ length: 4096 }, (_, at) => (at * 7919 + (at >> 3) * 31) & 255);
    for (const body of [garbage, new Uint8Array()]) {
      await refusesWith(["broken-image", "unsupported-type"], async () => (await engine()).decode(body, defaults));
    }
  });

  const moving = names.find((each) => goodFixture(each).format === format && (goodFixture(each).frames ?? 1) > 1);
  if (!moving) return;
  test(`${name}.decode() reads no more frames than asked: ${format}`, async () => {
    const body = await fixture(moving);
    for (const maxFrames of [1, 3]) {
      const picture = await (await engine()).decode(body, { ...defaults, maxFrames });
      assert.equal(picture.frames, maxFrames);
      picture.dispose();
    }
  });
}
