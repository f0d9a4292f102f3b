/** `bun run bench [--only cached,cold,latency,start,memory,reload,registry,avatars,azure,cards] [--quick] [--photos folder]`: prints one Markdown table. See README.md. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import type { Bench, Measure } from "./bench.ts";
import { endAll, run } from "./children.ts";
import { loadTool } from "./measure.ts";
import { installPeers, peerVersion } from "./peers.ts";
import { makeAlbum } from "./pictures.ts";
import { avatars } from "./rows/avatars.ts";
import { azure } from "./rows/azure.ts";
import { cached } from "./rows/cached.ts";
import { cards } from "./rows/cards.ts";
import { cold } from "./rows/cold.ts";
import { latency } from "./rows/latency.ts";
import { memory } from "./rows/memory.ts";
import { registry } from "./rows/registry.ts";
import { reload } from "./rows/reload.ts";
import { startUp } from "./rows/start.ts";
import { nginxVersion, root } from "./servers.ts";
import { machine, printRows, type Row } from "./table.ts";

const measures: Readonly<Record<string, Measure>> = {
  cached,
  cold,
  latency,
  start: startUp,
  memory,
  reload,
  registry,
  avatars,
  azure,
  cards,
};
/** Copies of each source: twice the mixed requests of the memory row. */
const copies = 4000;

const { values: flags } = parseArgs({
  options: { only: { type: "string" }, quick: { type: "boolean" }, photos: { type: "string" } },
});
const names = flags.only?.split(",") ?? Object.keys(measures);
const unknown = names.find((name) => !(name in measures));
if (unknown) fail(`There is no row "${unknown}"; there are ${Object.keys(measures).join(", ")}.`);

const scratch = await mkdtemp(join(tmpdir(), "cameo-bench-"));
process.on("exit", endAll);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
const code = await bench().catch((error: unknown) => {
  say(`The bench failed: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
});
endAll();
if (code === 0) await rm(scratch, { recursive: true, force: true });
process.exit(code);

/** Answers the exit code. */
async function bench(): Promise<number> {
  say("Peers and pictures …");
  await installPeers();
  const album = await makeAlbum(scratch, copies, flags.photos);
  const parts: Bench = { scratch, photos: album.folder, album, isQuick: flags.quick ?? false, say };
  const rows: Row[] = [];
  const failed: string[] = [];
  for (const name of names) {
    say(`${name} …`);
    try {
      rows.push(...((await measures[name]?.(parts)) ?? []));
    } catch (error) {
      failed.push(name);
      say(`  ${name} failed: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      endAll();
    }
  }
  process.stdout.write(`${await heading()}\n\n${printRows(rows)}\n`);
  return failed.length > 0 ? 1 : 0;
}

async function heading(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  const node = (await run(["node", "--version"])).trim();
  const ours = `Cameo ${version}, Bun ${process.versions.bun ?? "?"}`;
  const peers = `IPX ${peerVersion("ipx")} with sharp ${peerVersion("sharp")} on Node ${node}`;
  const nginx = (await nginxVersion())?.replace("/", " ") ?? "no nginx";
  const mode = flags.quick ? " Quick run: not to be quoted." : "";
  return `${machine()}. ${ours}. ${peers}, ${nginx}, ${await loadTool()}.${mode}`;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function fail(text: string): never {
  say(text);
  process.exit(2);
}
