/** Entry point of a worker thread. */
import { type Port, serveJobs } from "../core/work/worker.ts";
import { plugins } from "./builtin.ts";
import { provideModules } from "./modules.ts";

provideModules();
serveJobs(globalThis as unknown as Port, plugins);
