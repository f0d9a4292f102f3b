/** A worker's side: sets up its engines once, then does one job at a time. `config/worker.ts` calls `serveJobs` with the built-in plugins. */
import { CameoError, toCameoError } from "../error.ts";
import type {
  EngineInstance,
  Log,
  Plugin,
  PluginOf,
  TemplateDefinition,
  TransformDefinition,
  WorkerHost,
} from "../plugin.ts";
import { idOf } from "../registry/load.ts";
import { createChurn } from "../runtime.ts";
import type { Boot, FromWorker, JobMessage, ToWorker, WorkerFailure } from "./protocol.ts";
import { type RunningEngine, runJob, type Workshop } from "./run.ts";
import { themeTransform } from "./theme.ts";

/** The message port of a worker thread, as the web platform has it. */
export interface Port {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<ToWorker>) => void): void;
}

type Asset = Uint8Array | WebAssembly.Module;

interface Waiting {
  resolve(asset: Asset): void;
  reject(error: Error): void;
}

/** Answers the pool's messages until the thread is ended. */
export function serveJobs(port: Port, plugins: readonly Plugin[]): void {
  const waiting = new Map<string, Waiting>();
  let shop: Workshop | undefined;
  const need = (kind: "bytes" | "wasm", specifier: string) =>
    new Promise<Asset>((resolve, reject) => {
      waiting.set(specifier, { resolve, reject });
      port.postMessage({ type: "need", kind, specifier });
    });
  port.addEventListener("message", async ({ data }) => {
    if (data.type === "asset") settle(waiting, data);
    else if (data.type === "job") await answer(port, data, shop);
    else shop = await boot(port, data, plugins, need);
  });
}

function settle(
  waiting: Map<string, Waiting>,
  { specifier, asset, error }: Extract<ToWorker, { type: "asset" }>,
): void {
  const waiter = waiting.get(specifier);
  waiting.delete(specifier);
  if (asset) waiter?.resolve(asset);
  else waiter?.reject(new Error(error ?? "no such asset"));
}

async function boot(
  port: Port,
  message: Boot,
  builtIns: readonly Plugin[],
  need: (kind: "bytes" | "wasm", specifier: string) => Promise<Asset>,
): Promise<Workshop | undefined> {
  try {
    const plugins = [...builtIns, ...(await Promise.all(message.plugins.map(importPlugin)))];
    const engines: RunningEngine[] = [];
    for (const { name, options } of message.engines) {
      const definition = plugins.find(
        (each): each is PluginOf<"engine"> => each.kind === "engine" && each.name === name,
      );
      if (!definition) throw new CameoError("bad-setting", `There is no engine "${name}".`);
      const host = workerHost(port, `engine.${name}`, need, templatesOf(plugins));
      const setup = async () => definition.setup(options, host);
      const isLater = definition.isLazy === true && !message.isArtist;
      engines.push({ definition, instance: isLater ? later(setup) : await setup() });
    }
    const transforms = new Map<string, TransformDefinition>(
      plugins.flatMap((each) => (each.kind === "transform" ? [[each.name, each] as const] : [])),
    );
    const themes = message.themes.flatMap((name) =>
      plugins.filter((each) => each.kind === "theme" && each.name === name),
    );
    transforms.set("theme", themeTransform(themes as PluginOf<"theme">[]));
    port.postMessage({ type: "ready" });
    return { engines, transforms, clock: () => performance.now() };
  } catch (error) {
    port.postMessage({ type: "refused", failure: toFailure(error) });
    return undefined;
  }
}

/** An engine that is set up when the first card comes. */
function later(setup: () => Promise<EngineInstance>): EngineInstance {
  let started: Promise<EngineInstance> | undefined;
  const cannot = () => {
    throw new CameoError("engine-cannot", "This engine only draws.");
  };
  return {
    decode: cannot,
    fromPixels: cannot,
    encode: cannot,
    async draw(drawing, options) {
      started ??= setup();
      const { draw } = await started;
      return draw ? draw(drawing, options) : cannot();
    },
  };
}

function templatesOf(plugins: readonly Plugin[]): ReadonlyMap<string, TemplateDefinition> {
  return new Map(plugins.flatMap((each) => (each.kind === "template" ? [[idOf(each), each] as const] : [])));
}

/** The pool's side has checked it already. */
async function importPlugin(url: string): Promise<Plugin> {
  return ((await import(url)) as { default: Plugin }).default;
}

function workerHost(
  port: Port,
  plugin: string,
  need: (kind: "bytes" | "wasm", specifier: string) => Promise<Asset>,
  templates: ReadonlyMap<string, TemplateDefinition>,
): WorkerHost {
  const write =
    (level: keyof Log) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
      port.postMessage({ type: "log", level, message, fields: { plugin, ...fields } });
  return {
    log: { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") },
    fail: (code, detail, options) => new CameoError(code, detail, options),
    now: () => Date.now(),
    asset: (specifier) => need("bytes", specifier) as Promise<Uint8Array>,
    wasm: (specifier) => need("wasm", specifier) as Promise<WebAssembly.Module>,
    template: (id) => templates.get(id),
  };
}

/** After 8 MiB of originals that failed, or eleven cards of the usual size, memory is tidied: runtimes do not count pixels as garbage. */
const churn = createChurn(8 * 2 ** 20);

async function answer(port: Port, message: JobMessage, shop: Workshop | undefined): Promise<void> {
  const heapBytes = () => shop?.engines.reduce((sum, { instance }) => sum + (instance.heapBytes?.() ?? 0), 0) ?? 0;
  try {
    if (!shop) throw new CameoError("internal", "The worker is not ready.");
    if (message.drawing) churn(message.plan.costBytes / 4);
    const result = await runJob(message, shop);
    const body = owned(result.rendered.body);
    port.postMessage(
      {
        type: "done",
        id: message.id,
        result: { ...result, rendered: { ...result.rendered, body } },
        heapBytes: heapBytes(),
      },
      [body.buffer],
    );
    release(message.body);
  } catch (error) {
    churn(message.body.byteLength);
    port.postMessage({ type: "failed", id: message.id, failure: toFailure(error), heapBytes: heapBytes() });
  }
}

/** Gives the memory of an original back at once: the collector does not see the weight of what came with a message. */
function release({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}

/** Bytes that fill their buffer, so that the buffer can be handed over without its neighbours. */
function owned(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const isWhole = body.buffer instanceof ArrayBuffer && body.byteLength === body.buffer.byteLength;
  return isWhole ? (body as Uint8Array<ArrayBuffer>) : body.slice();
}

/** A WebAssembly trap leaves an engine in an unknown state; so does what an engine itself calls fatal. */
function toFailure(error: unknown): WorkerFailure {
  const known = toCameoError(error);
  const isTrap = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
  const reason = known.options.cause instanceof Error ? { reason: known.options.cause.message } : {};
  const log: Record<string, unknown> = { ...known.options.log, ...reason };
  return { code: known.code, detail: known.detail, log, isFatal: isTrap || log.isFatal === true };
}
