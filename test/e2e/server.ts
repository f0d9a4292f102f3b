/** A real Cameo server for browser tests: the program itself, with its default settings, in a folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

export interface Server {
  /** Such as `http://127.0.0.1:43210`. */
  readonly address: string;
  /** Where it runs: plugins are in `plugins.d`. */
  readonly folder: string;
  stop(): Promise<void>;
}

const main = fileURLToPath(new URL("../../config/main.ts", import.meta.url));

/** `own`: variables besides. Resolves when the server says that it is ready. Throws what it wrote if it ends instead. */
export async function startServer(own: Readonly<Record<string, string>> = {}): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), "cameo-browser-"));
  const paths = { CAMEO_DATA_PATH: folder, CAMEO_CACHE_DISK_PATH: join(folder, "cache") };
  const environment = { ...process.env, ...paths, ...own };
  const child = spawn("bun", [main, "serve", "--port", "0"], { env: environment, cwd: folder });
  return {
    address: await addressOf(child),
    folder,
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let written = "";
    const read = (chunk: Buffer) => {
      written += chunk.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(written);
      if (found) resolve(found[0]);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`The server ended:\n${written}`)));
  });
}
