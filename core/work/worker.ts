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
import { setUp } from "../registry/setup.ts";
import { createChurn } from "../runtime.ts";
import type { Boot, FromWorker, JobMessage, ToWorker, WorkerFailure } from "./protocol.ts";
import { setupMs } from "./protocol.ts";
import { type RunningEngine, runJob, type Workshop } from "./run.ts";
import { themeTransform } from "./theme.ts";

/** The message port of a worker thread, as the web platform has it. */
export interface Port {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<ToWorker>) => void): void;
}

type Asset = Uint8Array | WebAssembly.Module;

/** What was asked for and is not there yet, by kind and specifier: who asks meanwhile waits for the same. */
type Waiting = Map<string, PromiseWithResolvers<Asset>>;

/** Answers the pool's messages until the thread is ended. */
export function serveJobs(port: Port, plugins: readonly Plugin[]): void {
  const waiting: Waiting = new Map();
  let shop: Workshop | undefined;
  const need = (kind: "bytes" | "wasm", specifier: string): Promise<Asset> => {
    const key = `${kind} ${specifier}`;
    const known = waiting.get(key);
    if (known) return known.promise;
    const wanted = Promise.withResolvers<Asset>();
    waiting.set(key, wanted);
    port.postMessage({ type: "need", kind, specifier });
    return wanted.promise;
  };
  port.addEventListener("message", async ({ data }) => {
    if (data.type === "asset") settle(waiting, data);
    else if (data.type === "job") await answer(port, data, shop);
    else shop = await boot(port, data, plugins, need);
  });
}

function settle(waiting: Waiting, { kind, specifier, asset, error }: Extract<ToWorker, { type: "asset" }>): void {
  const key = `${kind} ${specifier}`;
  const wanted = waiting.get(key);
  waiting.delete(key);
  if (asset) wanted?.resolve(asset);
  else wanted?.reject(new Error(error ?? "no such asset"));
}

async function boot(
  port: Port,
  message: Boot,
  builtIns: readonly Plugin[],
  need: (kind: "bytes" | "wasm", specifier: string) => Promise<Asset>,
): Promise<Workshop | undefined> {
  try {
    const imported = message.plugins.map(async (url) => [await importPlugin(url), url] as const);
    const urls = new Map<Plugin, string>(await Promise.all(imported));
    const plugins = [...builtIns, ...urls.keys()];
    const engines: RunningEngine[] = [];
    for (const { name, options } of message.engines) {
      const definition = plugins.find(
        (each): each is PluginOf<"engine"> => each.kind === "engine" && each.name === name,
      );
      if (!definition) throw new CameoError("bad-setting", `There is no engine "${name}".`);
      const id = `engine.${name}`;
      const host = workerHost(
        port,
        id,
        (kind, asked) => need(kind, locate(asked, urls.get(definition))),
        templatesOf(plugins),
      );
      const setup = () => setUp(id, () => definition.setup(options, host), setupMs);
      const isLater = definition.isLazy === true && !message.isArtist;
      engines.push({
        definition,
        instance: isLater ? later(setup, (isOver) => port.postMessage({ type: "setup", isOver })) : await setup(),
      });
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

/** An engine that is set up when the first card comes, and says when that begins and is over. */
function later(setup: () => Promise<EngineInstance>, tell: (isOver: boolean) => void): EngineInstance {
  let started: Promise<EngineInstance> | undefined;
  const cannot = () => {
    throw new CameoError("engine-cannot", "This engine only draws.");
  };
  return {
    decode: cannot,
    fromPixels: cannot,
    encode: async (picture, options) => (started ? (await started).encode(picture, options) : cannot()),
    async draw(drawing, options) {
      if (!started) {
        tell(false);
        started = setup().finally(() => tell(true));
      }
      const { draw } = await started;
      return draw ? draw(drawing, options) : cannot();
    },
  };
}

function templatesOf(plugins: readonly Plugin[]): ReadonlyMap<string, TemplateDefinition> {
  return new Map(plugins.flatMap((each) => (each.kind === "template" ? [[idOf(each), each] as const] : [])));
}

/** What begins with a dot stands beside the plugin. */
const locate = (specifier: string, plugin: string | undefined): string =>
  plugin !== undefined && /^\.\.?\//.test(specifier) ? new URL(specifier, plugin).href : specifier;

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

/**
 * After 16 MiB of originals, 8 of those that failed, or 44 cards of the usual size (eleven, where they are not sent as drawn), memory is tidied: runtimes do
 * not count pixels as garbage.
 */
const churn = createChurn(8 * 2 ** 20);

async function answer(port: Port, message: JobMessage, shop: Workshop | undefined): Promise<void> {
  const heapBytes = () => shop?.engines.reduce((sum, { instance }) => sum + (instance.heapBytes?.() ?? 0), 0) ?? 0;
  try {
    if (!shop) throw new CameoError("internal", "The worker is not ready.");
    churn(message.body.byteLength / 2);
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
    if (message.drawing) churn(message.plan.costBytes / (message.plan.operations.length > 0 ? 4 : 16));
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
