/** Loaded before a command that serves nothing: see `LateWorker`. */
import { LateWorker } from "../../late-worker.ts";

globalThis.Worker = LateWorker;
