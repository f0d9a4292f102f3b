/** A result of about 4 kB out of memory, against nginx with the same bytes in a file. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bench, Measure } from "../bench.ts";
import { inTurn, median, ratioOf, requestsPerSecond } from "../measure.ts";
import { ask, nginxVersion, startCameo, startNginx } from "../servers.ts";
import { perSecond } from "../table.ts";

const wantedBytes = 4096;
const widths = [64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256];

export const cached: Measure = async (bench) => {
  const ours = await startCameo(bench);
  const quiet = await startCameo(bench, { settings: { log: { requests: false } } });
  const { path, body } = await findPath(bench, ours.port);
  await ask(quiet.port, path);
  const nginx = (await nginxVersion()) ? await startPeer(bench, body) : undefined;
  const servers = { ours, quiet, ...(nginx && { nginx }) };
  const seconds = bench.isQuick ? 2 : 5;
  const measure = async (name: keyof typeof servers) => {
    const port = servers[name]?.port ?? 0;
    const rate = await requestsPerSecond(port, name === "nginx" ? "/cached.webp" : path, seconds);
    bench.say(`  ${name} ${perSecond(rate)}`);
    return rate;
  };
  for (const { port } of [ours, quiet]) await requestsPerSecond(port, path, 2);
  const rates = await inTurn(bench.isQuick ? 1 : 5, {
    ours: () => measure("ours"),
    quiet: () => measure("quiet"),
    nginx: async () => (nginx ? await measure("nginx") : Number.NaN),
  });
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  const peer = nginx ? perSecond(median(rates.nginx)) : "nginx is not installed";
  const row = (name: string, own: readonly number[]) => ({
    name,
    ours: perSecond(median(own)),
    peer,
    ...(nginx && { ratio: ratioOf(own, rates.nginx), target: { atLeast: 0.5 } }),
    bytes: [body.length, body.length] as const,
    note: "32 connections, nginx with 2 workers",
  });
  return [row("cached, from memory", rates.ours), row("cached, `log.requests` off", rates.quiet)];
};

/** The width whose result is nearest to 4 kB. */
async function findPath({ album }: Bench, port: number): Promise<{ path: string; body: Uint8Array }> {
  const found = [];
  for (const width of widths) {
    const path = `/images/${album.file("photo-460", 0)}?w=${width}&format=webp`;
    found.push({ path, body: (await ask(port, path)).body });
  }
  const off = ({ body }: { body: Uint8Array }) => Math.abs(body.length - wantedBytes);
  return found.reduce((best, each) => (off(each) < off(best) ? each : best));
}

async function startPeer(bench: Bench, body: Uint8Array) {
  const files = join(bench.scratch, "files");
  await mkdir(files, { recursive: true });
  await writeFile(join(files, "cached.webp"), body);
  return startNginx(bench, files, "/cached.webp");
}
