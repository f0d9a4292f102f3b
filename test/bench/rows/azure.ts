/** JSON of Azure DevOps with 10,000 distinct identities, their avatar links made into signed ones: time to the last byte, and memory meanwhile. */
import { readFile, writeFile } from "node:fs/promises";
import { identityRef, organization, person } from "../../plugins/sources/azure-devops-payloads.ts";
import type { Bench, Measure } from "../bench.ts";
import { residentBytes } from "../children.ts";
import { median } from "../measure.ts";
import { startCameo } from "../servers.ts";
import { megabytes, milliseconds, type Row } from "../table.ts";

const people = 10_000;
const adminToken = "an-admin-token-for-the-bench";

export const azure: Measure = async (bench: Bench): Promise<Row[]> => {
  const text = JSON.stringify(Array.from({ length: people }, (_, n) => identityRef(person(n))));
  const mount = { source: "azure-devops", organization, token: "not-asked-for" };
  const cameo = await startCameo(bench, { settings: { adminToken, mounts: { azure: mount } }, workers: 1 });
  const times: number[] = [];
  const before = residentBytes(cameo.pid);
  await forgetPeak(cameo.pid);
  for (let round = 0; round < (bench.isQuick ? 2 : 5); round++) times.push(await rewrite(cameo.port, text));
  const peak = await peakBytes(cameo.pid);
  await cameo.stop();
  const size = `${(text.length / 2 ** 20).toFixed(1)} MiB of JSON, ${2 * people} links`;
  return [
    { name: `${people} identities rewritten`, ours: milliseconds(median(times)), note: `${size}; to the last byte` },
    { name: `${people} identities rewritten, peak memory`, ours: megabytes(peak), note: `${megabytes(before)} before` },
  ];
};

/** Milliseconds. */
async function rewrite(port: number, body: string): Promise<number> {
  const started = performance.now();
  const headers = { authorization: `Bearer ${adminToken}`, "content-type": "application/json" };
  const answer = await fetch(`http://127.0.0.1:${port}/azure/identities`, { method: "POST", headers, body });
  const text = await answer.text();
  const ms = performance.now() - started;
  const links = text.split("/azure/aad.").length - 1;
  if (answer.status !== 200 || links !== 2 * people) throw new Error(`${answer.status}, ${links} links`);
  return ms;
}

/** The kernel's high-water mark begins anew (proc(5), `clear_refs`). */
const forgetPeak = (pid: number): Promise<void> => writeFile(`/proc/${pid}/clear_refs`, "5").catch(() => {});

async function peakBytes(pid: number): Promise<number> {
  const [, kilobytes = "0"] = /^VmHWM:\s*(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}
