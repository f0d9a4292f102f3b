/** `GET /metrics`, read by the rules of Prometheus's text format. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as v from "valibot";
import { source } from "../../core/plugin.ts";
import { startApp, type TestApp } from "../app.ts";
import { fixture } from "../fixtures/fixture.ts";

const token = "a-token-of-the-metrics";
const adminToken = "an-admin-token-for-tests";
const bearer = (value: string) => ({ headers: { authorization: `Bearer ${value}` } });

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Throws for what is no exposition: https://prometheus.io/docs/instrumenting/exposition_formats/ */
function parse(text: string): { samples: Sample[]; types: Map<string, string> } {
  assert.ok(text.endsWith("\n"));
  const types = new Map<string, string>();
  const helped = new Set<string>();
  const samples: Sample[] = [];
  for (const line of text.trimEnd().split("\n")) {
    const help = /^# HELP ([a-z_]+) (\S.*)$/.exec(line);
    const type = /^# TYPE ([a-z_]+) (counter|gauge|histogram|summary)$/.exec(line);
    if (help?.[1]) {
      assert.ok(!helped.has(help[1]), line);
      helped.add(help[1]);
    } else if (type?.[1] && type[2]) {
      assert.ok(!types.has(type[1]), line);
      types.set(type[1], type[2]);
    } else samples.push(parseSample(line, [...types].at(-1)));
  }
  assert.deepEqual(helped, new Set(types.keys()));
  const keys = samples.map(({ name, labels }) => JSON.stringify([name, labels]));
  assert.equal(new Set(keys).size, keys.length, "a sample is there twice");
  return { samples, types };
}

function parseSample(line: string, family: readonly [string, string] | undefined): Sample {
  const found = /^([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)+)\})? (-?[0-9.e+-]+)$/.exec(line);
  assert.ok(found, line);
  const [, name = "", labels = "", value] = found;
  assert.ok(family && [family[0], ...["_bucket", "_sum", "_count"].map((end) => family[0] + end)].includes(name), line);
  if (family[1] === "counter") assert.match(name, /_total$/);
  const pairs = [...labels.matchAll(/([a-z]+)="((?:[^"\\]|\\.)*)"/g)];
  const unescaped = (text: string) => text.replace(/\\(.)/g, (_, each: string) => (each === "n" ? "\n" : each));
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, key, text]) => [key, unescaped(text ?? "")])),
    value: Number(value),
  };
}

let app: TestApp;
let body: Uint8Array;
let isDown = false;

before(async () => {
  body = await fixture("png-rgb");
  const odd = source({
    name: "odd",
    options: v.object({}),
    setup: (_options, host) => ({
      async load(ref) {
        host.metrics.count('asked "twice"\nor \\ more');
        host.metrics.observe("waitMs", 12);
        if (ref === "gone") return null;
        if (isDown) throw new Error("the origin is down");
        return { body };
      },
    }),
  });
  const settings = { adminToken, metrics: { token }, mounts: { odd: { source: "odd" } } };
  app = await startApp({ plugins: [odd], settings });
});
after(() => app.close());

async function read(on = app): Promise<{ samples: Sample[]; types: Map<string, string> }> {
  const response = await on.get("/metrics", bearer(token));
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assert.equal(response.headers.get("cache-control"), "no-store");
  return parse(await response.text());
}

const sumOf = (samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): number =>
  samples
    .filter((each) => each.name === name && Object.entries(labels).every(([key, value]) => each.labels[key] === value))
    .reduce((sum, each) => sum + each.value, 0);

test("metrics count requests by mount, status and cache, with bytes, durations and stages", async () => {
  const sizes = [];
  for (const path of ["/odd/a?w=4&f=png", "/odd/a?w=4&f=png", "/odd/a?w=4&f=png", "/odd/gone", "/nowhere/x"]) {
    sizes.push((await (await app.get(path)).bytes()).length);
  }
  await app.get("/odd/a?w=4&f=png", { method: "HEAD" });
  const { samples } = await read();
  const requests = (labels: Record<string, string>) => sumOf(samples, "cameo_requests_total", labels);
  assert.equal(requests({ mount: "odd", status: "200", cache: "miss", tier: "origin" }), 1);
  assert.equal(requests({ mount: "odd", status: "200", cache: "hit", tier: "memory" }), 3);
  assert.equal(requests({ mount: "odd", status: "404", cache: "none" }), 1);
  assert.equal(sumOf(samples, "cameo_response_bytes_total", { mount: "odd" }), 3 * (sizes[0] ?? 0));
  const seconds = "cameo_request_duration_seconds";
  assert.equal(sumOf(samples, `${seconds}_count`), requests({}));
  for (const cache of ["miss", "hit", "none"]) {
    const buckets = samples.filter(({ name, labels }) => name === `${seconds}_bucket` && labels.cache === cache);
    const counts = buckets.map(({ value }) => value);
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
    );
    assert.equal(buckets.at(-1)?.labels.le, "+Inf");
    assert.equal(counts.at(-1), requests({ cache }));
  }
  for (const stage of ["fetch", "queue", "decode", "transform", "encode"]) {
    assert.equal(sumOf(samples, "cameo_stage_duration_seconds_count", { stage }), 1, stage);
  }
});

test("metrics hold what plugins count, whatever they call it, and the figures of server, cache and workers", async () => {
  const { samples, types } = await read();
  const name = 'asked "twice"\nor \\ more';
  assert.ok(sumOf(samples, "cameo_plugin_figure_sum", { plugin: "source.odd", name }) > 0);
  assert.equal(sumOf(samples, "cameo_plugin_figure", { name: "waitMs", quantile: "0.95" }), 12);
  assert.equal(sumOf(samples, "cameo_ready"), 1);
  assert.equal(sumOf(samples, "cameo_workers"), 1);
  assert.ok(sumOf(samples, "cameo_cache_hits_total", { tier: "memory" }) > 0);
  assert.ok(sumOf(samples, "cameo_cache_writes_total", { tier: "disk" }) > 0);
  assert.ok(sumOf(samples, "process_resident_memory_bytes") > 1e7);
  assert.equal(types.get("cameo_request_duration_seconds"), "histogram");
});

test("metrics name no mount, status or cache of a stranger's making", async () => {
  for (let at = 0; at < 20; at++) await app.get(`/made-up-${at}/x`);
  const { samples } = await read();
  const mounts = new Set(samples.flatMap(({ labels }) => labels.mount ?? []));
  assert.deepEqual(
    [...mounts].filter((mount) => mount.startsWith("made-up")),
    [],
  );
});

test("a trouble that is over is out of the metrics, and in /health with its end", async () => {
  const part = "mount.odd";
  const lasting = async () => sumOf((await read()).samples, "cameo_troubles", { part });
  const inHealth = async () => {
    const { troubles } = (await (await app.get("/health")).json()) as { troubles: Record<string, unknown>[] };
    return troubles.find((each) => each.part === part);
  };
  // An answer that there is none shows too that the origin works.
  for (const ref of ["b", "gone"]) {
    isDown = true;
    assert.equal((await app.get(`/odd/down-${ref}`)).status, 502);
    assert.ok((await lasting()) > 0);
    assert.equal((await inHealth())?.recoveredAt, undefined);
    isDown = false;
    app.advance(60);
    await app.get(`/odd/${ref}`);
    assert.equal(await lasting(), 0);
    assert.match(String((await inHealth())?.recoveredAt), /^\d{4}-.*Z$/);
    assert.equal((await inHealth())?.code, "origin-failed");
  }
});

test("metrics outlive a reload of the settings", async () => {
  const before = sumOf((await read()).samples, "cameo_requests_total");
  await app.app.reconfigure(app.app.services.snapshot.settings);
  const { samples } = await read();
  assert.equal(sumOf(samples, "cameo_requests_total"), before);
  assert.ok(sumOf(samples, "cameo_generation") > 1);
});

test("metrics are for who has a token, for everybody where they are open, and off without either", async () => {
  const status = async (on: TestApp, init?: RequestInit) => (await on.get("/metrics", init)).status;
  assert.deepEqual(
    [
      await status(app),
      await status(app, bearer("a-wrong-token-of-some-length")),
      await status(app, bearer(adminToken)),
    ],
    [401, 401, 200],
  );
  assert.equal((await app.get("/plugins", bearer(token))).status, 401);
  const off = await startApp();
  const { code, detail } = (await (await off.get("/metrics", bearer("undefined"))).json()) as Record<string, string>;
  assert.deepEqual([code, detail?.includes("CAMEO_METRICS_TOKEN")], ["unauthorized", true]);
  await off.close();
  const open = await startApp({ settings: { metrics: { isOpen: true } } });
  assert.equal(await status(open), 200);
  await open.close();
});
