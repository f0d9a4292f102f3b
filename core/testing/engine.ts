/** What every engine must do, on tiny images. The suite of the built-in engines has real photos and hostile files besides. */
import assert from "node:assert/strict";
import type { DecodeOptions, InputFormat } from "../image.ts";
import type { EngineInstance, PluginOf, WorkerHost } from "../plugin.ts";
import { sniffFormat } from "../work/sniff.ts";
import { assertFailure, type Check, commonChecks, optionsOf } from "./check.ts";
import { createHost } from "./host.ts";
import { bmp, draw, gradient, png, svg } from "./images.ts";

export interface EngineSubject {
  /** As in the settings. Default none. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly host?: WorkerHost;
}

const decodeOptions = (format: InputFormat): DecodeOptions => ({
  format,
  maxFrames: 8,
  truncated: "refuse",
  maxPixels: 1_000_000,
  deadlineMs: 30_000,
});

const white = { r: 255, g: 255, b: 255, a: 255 };
const opaque = draw(16, 12, (x, y) => ({ r: x * 15, g: y * 20, b: 90, a: 255 }));
/** What can be made without an encoder. */
const inputs: Partial<Readonly<Record<InputFormat, Uint8Array>>> = {
  png: png(opaque),
  bmp: bmp(opaque),
  svg: svg(16, 12),
};

/** The checks for an engine, which is set up once. */
export function engineChecks(
  plugin: PluginOf<"engine">,
  { options, host = createHost() }: EngineSubject = {},
): Check[] {
  let instance: Promise<EngineInstance> | undefined;
  const open = async (): Promise<EngineInstance> => {
    instance ??= Promise.resolve(plugin.setup(optionsOf(plugin, options), host));
    return instance;
  };
  const decodable = plugin.decodes.flatMap((format) => {
    const body = inputs[format];
    return body ? [{ format, body }] : [];
  });
  return [
    ...commonChecks(plugin),
    { claim: "declares formats once, and animates only what it encodes", run: () => checkFormats(plugin) },
    ...decodable.map(({ format, body }) => ({
      claim: `decodes ${format}`,
      run: async () => decodes(await open(), format, body),
    })),
    ...plugin.decodes.map((format) => ({
      claim: `refuses garbage, half an image and nothing at all as ${format}`,
      run: async () => refuses(await open(), format),
    })),
    ...plugin.encodes.map((format) => ({
      claim: `encodes ${format}`,
      async run() {
        const engine = await open();
        const picture = engine.fromPixels([gradient()]);
        const body = await engine.encode(picture, { format, quality: 80, background: white });
        picture.dispose();
        assert.equal(sniffFormat(body), format);
      },
    })),
  ];
}

function checkFormats({ decodes: reads, encodes, animates }: PluginOf<"engine">): void {
  assert.ok(reads.length > 0, "it decodes nothing");
  assert.equal(new Set(reads).size, reads.length);
  assert.equal(new Set(encodes).size, encodes.length);
  assert.ok(animates.every((format) => encodes.includes(format)));
}

async function decodes(engine: EngineInstance, format: InputFormat, body: Uint8Array): Promise<void> {
  const picture = await engine.decode(body, decodeOptions(format));
  try {
    assert.deepEqual([picture.width, picture.height, picture.frames, picture.scale], [16, 12, 1, 1]);
    const { data } = picture.pixels();
    assert.equal(data.length, 16 * 12 * 4);
    if (format !== "svg")
      for (const [at, value] of opaque.data.entries()) assert.ok(Math.abs((data[at] ?? 0) - value) <= 2);
  } finally {
    picture.dispose();
  }
}

async function refuses(engine: EngineInstance, format: InputFormat): Promise<void> {
  const garbage = Uint8Array.from({ length: 4096 }, (_, at) => (at * 7919 + (at >> 3) * 31) & 255);
  const half = inputs[format]?.subarray(0, 40) ?? garbage.subarray(0, 40);
  for (const body of [garbage, half, new Uint8Array()]) {
    const answer = await Promise.resolve()
      .then(() => engine.decode(body, decodeOptions(format)))
      .catch((error: unknown) => {
        assertFailure(error);
        assert.ok(["broken-image", "unsupported-type"].includes(error.code), `${error.code} for a broken image`);
      });
    assert.equal(answer, undefined, "it decoded what is no image");
  }
}
