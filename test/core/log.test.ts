import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog, type Level } from "../../core/log.ts";

function open(level: Level = "info") {
  let text = "";
  const log = createLog({ level, sink: { write: (more) => (text += more) }, now: () => 1_700_000_000_000 });
  const lines = (): string[] => {
    log.flush();
    return text.split("\n").slice(0, -1);
  };
  return { log, lines };
}

test("a repeated line is the one that info() writes, whatever its words are", () => {
  const { log, lines } = open();
  const fields = { method: "GET", mount: 'a "b"\n', status: 200 };
  for (const ms of [0, 0.04, 1e-7, 12_345.6]) {
    log.info("request", { ...fields, ms });
    log.repeated("request", fields, "ms")(ms);
  }
  log.info("alone", { n: 5 });
  log.repeated("alone", {}, "n")(5);
  const written = lines();
  assert.equal(written.length, 10);
  for (let at = 0; at < written.length; at += 2) {
    assert.equal(written[at], written[at + 1]);
    assert.doesNotThrow(() => JSON.parse(written[at] ?? ""));
  }
});

test("a repeated line is written where lines of its level are", () => {
  for (const [level, count] of [
    ["debug", 1],
    ["info", 1],
    ["warn", 0],
    ["silent", 0],
  ] as const) {
    const { log, lines } = open(level);
    log.repeated("request", {}, "ms")(1);
    assert.equal(lines().length, count, level);
  }
});
