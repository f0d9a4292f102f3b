/** The price of the registry on a memory hit: a server with forty plugins in its folder and twenty more mounts, against one with none. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bench, Measure } from "../bench.ts";
import { inTurn, median, ratioOf, requestsPerSecond } from "../measure.ts";
import { ask, startCameo } from "../servers.ts";
import { perSecond } from "../table.ts";

const pluginsOfAKind = 20;

export const registry: Measure = async (bench) => {
  const plain = await startCameo(bench);
  const full = await startCameo(bench, { settings: await crowd(bench) });
  const servers = { full, plain };
  const path = `/images/${bench.album.file("photo-460", 0)}?w=128&format=webp`;
  const { body } = await ask(plain.port, path);
  await ask(full.port, path);
  for (const { port } of [plain, full]) await requestsPerSecond(port, path, 2);
  const measure = (name: keyof typeof servers) => () =>
    requestsPerSecond(servers[name].port, path, bench.isQuick ? 2 : 4);
  const rates = await inTurn(bench.isQuick ? 1 : 7, { full: measure("full"), plain: measure("plain") });
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  return [
    {
      name: "cached, with 40 plugins and 20 mounts more",
      ours: perSecond(median(rates.full)),
      peer: perSecond(median(rates.plain)),
      ratio: ratioOf(rates.full, rates.plain),
      bytes: [body.length, body.length],
      note: "32 connections; the peer is Cameo without plugins of its own",
    },
  ];
};

/** Settings of a server with a full plugin folder. */
async function crowd(bench: Bench): Promise<Readonly<Record<string, unknown>>> {
  const folder = join(bench.scratch, "crowd");
  await mkdir(folder, { recursive: true });
  const mounts: Record<string, unknown> = { images: { source: "file", base: bench.photos, maxAgeS: 3600 } };
  for (let index = 0; index < pluginsOfAKind; index++) {
    await writeFile(join(folder, `source${index}.ts`), sourceCode(`source${index}`));
    await writeFile(join(folder, `step${index}.ts`), transformCode(`step${index}`, 60 + index / 100));
    mounts[`mount${index}`] = { source: `source${index}` };
  }
  return { plugins: [folder], mounts };
}

const sourceCode = (name: string): string => `
import { source } from "cameo/plugin";
import * as v from "valibot";
export default source({ name: "${name}", options: v.object({}), setup: () => ({ load: async () => null }) });`;

const transformCode = (name: string, order: number): string => `
import { codec, transform } from "cameo/plugin";
export default transform({ name: "${name}", order: ${order}, reads: ["${name}"], parameters: { ${name}: codec.boolean }, apply() {} });`;
