/** Setting plugins up and disposing them, so that one that throws or never returns does not take the rest along. */
import { CameoError } from "../error.ts";
import type { Log } from "../plugin.ts";
import { placeOf } from "./stage.ts";

/** A plugin at work. */
export interface Running<I> {
  readonly id: string;
  readonly instance: I;
}

interface Disposable {
  dispose?(): void | Promise<void>;
}

/** How long a plugin may take to set up or to dispose, in milliseconds. */
const setupMs = 5000;

/** What a plugin's work is ended with that takes too long. */
export const outOfTime = (message: string): Error => new DOMException(message, "TimeoutError");

/** Whether a failure came from that. */
export const isOutOfTime = (error: unknown): boolean =>
  error instanceof Error && (error.name === "TimeoutError" || isOutOfTime(error.cause));

/** Rejects after so many milliseconds, whatever the work does then. */
export async function inTime<T>(work: () => T | Promise<T>, limitMs = setupMs): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(outOfTime(`it did not end within ${limitMs} ms`)), limitMs);
  try {
    return await Promise.race([(async () => work())(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A `setup` that throws, never returns or answers what cannot work is a `bad-setting` with the plugin's ID, which the log is told too. `limitMs`: default 5 s.
 */
export async function setUp<I>(id: string, setup: () => I | Promise<I>, limitMs?: number): Promise<I> {
  try {
    const instance = await inTime(setup, limitMs);
    const missing = missingIn(id, instance);
    if (missing) throw new CameoError("bad-setting", `The setup of ${id} answers no ${missing}.`);
    return instance;
  } catch (error) {
    if (error instanceof CameoError) throw blame(id, error);
    const reason = error instanceof Error ? error.message : String(error);
    const place = placeOf(error);
    const sentence = `The setup of ${id} failed: ${reason}${place && ` (${place})`}`;
    throw blame(id, new CameoError("bad-setting", sentence, { cause: error }));
  }
}

const isFunction = (value: unknown): boolean => typeof value === "function";

const isEndpoint = (value: unknown): boolean => {
  const { method, path, handle } = (value ?? {}) as Record<string, unknown>;
  return ["GET", "POST", "PUT", "DELETE"].includes(String(method)) && typeof path === "string" && isFunction(handle);
};

type Members = Readonly<Record<string, unknown>>;
const endpoints = ({ endpoints: all }: Members): boolean => Array.isArray(all) && all.every(isEndpoint);

/** What has to be there, by kind. A plugin may come from JavaScript, where nothing checked it before; it would fail request by request. */
const needed: Readonly<Record<string, readonly (readonly [what: string, isThere: (instance: Members) => boolean])[]>> =
  {
    source: [
      ["`load`, a function", ({ load }) => isFunction(load)],
      ["`endpoints` of method, path and handle", (each) => each.endpoints === undefined || endpoints(each)],
    ],
    route: [["`endpoints`, a list of method, path and handle", endpoints]],
    gate: [["`check`, a function", ({ check }) => isFunction(check)]],
    engine: [
      [
        "`decode`, `fromPixels` and `encode`",
        (each) => ["decode", "fromPixels", "encode"].every((name) => isFunction(each[name])),
      ],
    ],
    store: [["`getItemRaw`, a function", ({ getItemRaw, getItem }) => isFunction(getItemRaw ?? getItem)]],
  };

/** The first thing that is not there; `undefined` if all is. */
function missingIn(id: string, instance: unknown): string | undefined {
  const members = (typeof instance === "object" && instance !== null ? instance : {}) as Members;
  return needed[id.split(".", 1)[0] ?? ""]?.find(([, isThere]) => !isThere(members))?.[0];
}

/** The same failure with the plugin whose fault it is. */
export function blame(id: string, { code, detail, options }: CameoError): CameoError {
  return new CameoError(code, detail, { ...options, log: { ...options.log, plugin: id } });
}

/** The same failure with its place in the settings, since one source may serve several mounts. */
export function placed(place: string, error: unknown): unknown {
  if (!(error instanceof CameoError) || error.detail.startsWith(place)) return error;
  return new CameoError(error.code, `${place}: ${error.detail}`, error.options);
}

/** The plugin whose fault a failure is, if that is known. */
export function culpritOf(error: unknown): string | undefined {
  const id = error instanceof CameoError ? error.options.log?.plugin : undefined;
  return typeof id === "string" ? id : undefined;
}

/** Disposes each, whatever the others do: one that throws or never returns is a line in the log. */
export async function disposeEach(
  all: Iterable<Running<Disposable>>,
  { createHost }: { createHost(id: string): { readonly log: Log } },
): Promise<void> {
  for (const { id, instance } of all) {
    await inTime(() => instance.dispose?.()).catch((error) =>
      createHost(id).log.error("a plugin could not be disposed", { error }),
    );
  }
}
