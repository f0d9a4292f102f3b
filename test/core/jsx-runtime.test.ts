import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { Fragment, jsx, jsxDEV, jsxs } from "../../core/jsx-runtime.ts";
import { styleProperties } from "../../core/jsx-style.ts";

test("jsx() makes plain data, with the key apart from the properties", () => {
  assert.deepEqual(jsx("div", { style: { color: "red" }, children: "Hi" }, "a"), {
    type: "div",
    props: { style: { color: "red" }, children: "Hi" },
    key: "a",
  });
  assert.equal(jsxs, jsx);
  assert.deepEqual(jsxDEV("b", {}), jsx("b", {}));
  assert.deepEqual(Fragment({ children: ["a", "b"] } as never), ["a", "b"]);
});

test("jsx() notes a style property that cards do not draw", () => {
  const { oddities = [] } = jsx("div", { style: { display: "flex", "--own": 1, wobble: 3 } });
  assert.equal(oddities.length, 1);
  assert.match(oddities[0] ?? "", /^<div>: .*"wobble"$/);
});

test("styleProperties are all named in satori's own table", async () => {
  const readme = await readFile(new URL("../../node_modules/satori/README.md", import.meta.url), "utf8");
  // Shorthands and sides that its table describes in words.
  const inWords = /^(border|padding|textDecoration|grid(Row|Column)|stroke|fill|wordWrap|flex|font|listStyle)/;
  const unknown = [...styleProperties].filter(
    (name) => !inWords.test(name) && !readme.includes(`<code>${name}</code>`),
  );
  assert.deepEqual(unknown, []);
});
