/**
 * Worker threads that set up what draws cards when the first card comes, also in the worker that is meant for cards. That takes a
 * second of a core, and most apps and commands in tests draw none. Loaded before a program (`--preload`), for all of its workers.
 */
const isBoot = (message: unknown): message is { readonly type: "boot" } =>
  typeof message === "object" && message !== null && "type" in message && message.type === "boot";

export class LateWorker extends Worker {
  override postMessage(message: unknown, options?: Transferable[] | StructuredSerializeOptions): void {
    const sent = isBoot(message) ? { ...message, isArtist: false } : message;
    if (Array.isArray(options)) super.postMessage(sent, options);
    else super.postMessage(sent, options);
  }
}
