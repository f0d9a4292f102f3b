/**
 * A worker thread of test apps: that of `config/worker.ts`, but what draws cards is set up when the first card comes, even in the
 * worker that is meant for them. It takes a second of a core, and most apps in tests draw none.
 */
import { plugins } from "../config/builtin.ts";
import { provideModules } from "../config/modules.ts";
import type { ToWorker } from "../core/work/protocol.ts";
import { type Port, serveJobs } from "../core/work/worker.ts";

const thread = globalThis as unknown as Port;

const unprepared = (data: ToWorker): ToWorker => (data.type === "boot" ? { ...data, isArtist: false } : data);

provideModules();
serveJobs(
  {
    postMessage: (...words) => thread.postMessage(...words),
    addEventListener: (type, listener) =>
      thread.addEventListener(type, ({ data }) => listener(new MessageEvent(type, { data: unprepared(data) }))),
  },
  plugins,
);
