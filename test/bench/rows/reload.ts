/** Plugins that change under load: failed requests, mixed versions, the time from save to served, and memory over many reloads. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bench, Measure } from "../bench.ts";
import { residentBytes } from "../children.ts";
import { load } from "../measure.ts";
import { ask, type CameoServer, startCameo } from "../servers.ts";
import { megabytes, type Row } from "../table.ts";

/** Length of the load, and time between two saves, in milliseconds. */
const loadMs = 30_000;
const everyMs = 500;
const reloads = 200;

/** Answers a picture whose colour and width both tell the version, so that a mixture of two would show. */
const plugin = (version: number): string => `
import { source } from "cameo/plugin";
import * as v from "valibot";
const version = ${version};
export default source({
  name: "stamp",
  options: v.object({}),
  setup: () => ({
    load: async () => ({
      body: new TextEncoder().encode(
        \`<svg xmlns="http://www.w3.org/2000/svg" width="\${1 + (version % 50)}" height="\${1 + (${version} % 50)}"/>\`,
      ),
    }),
  }),
});
`;

export const reload: Measure = async (bench) => {
  const folder = join(bench.scratch, "plugins.d");
  await mkdir(folder, { recursive: true });
  const file = join(folder, "stamp.ts");
  await writeFile(file, plugin(0));
  const server = await startCameo(bench, {
    workers: 2,
    settings: { plugins: [folder], mounts: { stamp: { source: "stamp", ttlS: 3600 } }, limits: { queue: 4096 } },
  });
  try {
    const rows = await underLoad(server, file, bench);
    return [...rows, ...(await overMany(server, file, bench))];
  } finally {
    await server.stop();
  }
};

async function underLoad(server: CameoServer, file: string, { isQuick }: Bench): Promise<Row[]> {
  const lengthMs = isQuick ? loadMs / 10 : loadMs;
  const paths = Array.from({ length: 2000 }, (_, at) => `/stamp/${at}?f=png`);
  const loading = load({ port: server.port, connections: 32, paths, seconds: lengthMs / 1000 });
  const until = performance.now() + lengthMs;
  let version = 0;
  while (performance.now() < until) {
    version += 1;
    await writeFile(file, plugin(version));
    await pause(everyMs);
  }
  const { requests, failures } = await loading;
  const failed = Object.values(failures).reduce((sum, each) => sum + each, 0);
  const mixed = await countMixed(server);
  const rate = Math.round(requests / (lengthMs / 1000));
  return [
    {
      name: "failed requests while a plugin is rewritten twice a second",
      ours: String(failed),
      note: `${requests} requests, ${rate} a second, ${version} saves, 32 connections; target 0`,
    },
    { name: "answers that mix two versions", ours: String(mixed), note: "of 200 asked right after; target 0" },
  ];
}

/** Width and height are stamped by one version each. */
async function countMixed({ port }: CameoServer): Promise<number> {
  const answers = await Promise.all(Array.from({ length: 200 }, (_, at) => ask(port, `/meta/stamp/mixed-${at}`)));
  const sizes = answers.map(
    ({ body }) => JSON.parse(new TextDecoder().decode(body)) as { width: number; height: number },
  );
  return sizes.filter(({ width, height }) => width !== height).length;
}

async function overMany(server: CameoServer, file: string, { isQuick }: Bench): Promise<Row[]> {
  const count = isQuick ? reloads / 10 : reloads;
  const before = residentBytes(server.pid);
  const times: number[] = [];
  for (let version = 1000; version < 1000 + count; version++) {
    const saved = performance.now();
    await writeFile(file, plugin(version));
    await servedWidth(server, version);
    times.push(performance.now() - saved);
  }
  const after = residentBytes(server.pid);
  times.sort((a, b) => a - b);
  const median = Math.round(times[Math.floor(times.length / 2)] ?? 0);
  return [
    { name: "from save to served, median", ours: `${median} ms`, note: "target under 300 ms" },
    { name: `resident memory before ${count} reloads`, ours: megabytes(before) },
    { name: `resident memory after ${count} reloads`, ours: megabytes(after), note: "target: flat" },
  ];
}

/** Asks until the picture is that of `version`. */
async function servedWidth({ port }: CameoServer, version: number): Promise<void> {
  for (;;) {
    const { body } = await ask(port, `/meta/stamp/watched`);
    const { width } = JSON.parse(new TextDecoder().decode(body)) as { width?: number };
    if (width === 1 + (version % 50)) return;
    await pause(5);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
