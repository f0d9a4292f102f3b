import assert from "node:assert/strict";
import { test } from "node:test";
import { type Command, flagsOf, nearest, readInput, UsageError } from "../../../core/cli/command.ts";
import { commandHelp, mainHelp } from "../../../core/cli/help.ts";
import { commands } from "../../../core/cli/index.ts";

const find = (name: string): Command => {
  const command = commands.find((each) => each.name === name);
  assert.ok(command);
  return command;
};

const misuse = (part: RegExp) => (error: unknown) => error instanceof UsageError && part.test(error.message);

test("commandHelp() stays within 100 columns and names every flag and an example", () => {
  for (const command of commands) {
    const help = commandHelp(command);
    for (const line of help.split("\n")) assert.ok(line.length <= 100, `${command.name}: ${line}`);
    for (const { name } of flagsOf(command)) assert.ok(help.includes(`--${name}`), `${command.name} --${name}`);
    assert.match(help, /\nExamples:\n {2}cameo /);
  }
});

test("commandHelp() aligns what flags are about", () => {
  const lines = commandHelp(find("serve")).split("\n");
  const at = (part: string) => lines.find((line) => line.includes(part))?.indexOf(part);
  assert.equal(at("Port; 0 takes"), at("Address to listen on"));
  assert.equal(at("Port; 0 takes"), at("Show this help"));
});

test("mainHelp() lists every command", () => {
  const help = mainHelp(commands, "1.2.3");
  for (const { name, about } of commands) assert.match(help, new RegExp(`\\n {2}${name} +${about.slice(0, 12)}`));
  assert.ok(help.includes("1.2.3"));
});

test("readInput() takes flags in every spelling, several times, and before or after the words", () => {
  const input = readInput(["-o", "-", "/a", "--plugins", "x", "--plugins=y", "--accept=image/webp"], find("render"));
  assert.deepEqual(input.words, ["/a"]);
  assert.deepEqual(
    [...input.flags],
    [
      ["output", ["-"]],
      ["plugins", ["x", "y"]],
      ["accept", ["image/webp"]],
    ],
  );
});

test("readInput() takes every image parameter in its long and short spelling", () => {
  const input = readInput(
    ["a", "--w", "320", "-h", "200", "--bg=fff", "-q", "60", "--brightness", "-20", "out"],
    find("convert"),
  );
  assert.deepEqual(input.words, ["a", "out"]);
  assert.deepEqual(Object.fromEntries(input.flags), {
    width: ["320"],
    height: ["200"],
    background: ["fff"],
    quality: ["60"],
    brightness: ["-20"],
  });
});

test("readInput() takes an optional value only if it is a number", () => {
  assert.deepEqual(readInput(["--blur", "a.jpg", "out"], find("convert")).flags.get("blur"), [""]);
  const given = readInput(["--blur", "4.5", "a.jpg", "out", "--sharpen=2"], find("convert"));
  assert.deepEqual(
    [given.flags.get("blur"), given.flags.get("sharpen"), given.words],
    [["4.5"], ["2"], ["a.jpg", "out"]],
  );
});

test("readInput() leaves what follows -- alone", () => {
  assert.deepEqual(readInput(["--", "-odd.jpg", "--out"], find("convert")).words, ["-odd.jpg", "--out"]);
});

test("readInput() takes -h as help unless a number follows in convert", () => {
  assert.ok(readInput(["-h"], find("serve")).flags.has("help"));
  assert.ok(readInput(["-h"], find("convert")).flags.has("help"));
  assert.ok(!readInput(["a", "b", "-h", "20"], find("convert")).flags.has("help"));
});

test("readInput() refuses unknown flags with a suggestion, missing values and wrong counts of words", () => {
  assert.throws(() => readInput(["--prot", "3"], find("serve")), misuse(/no flag --prot. Did you mean --port\?/));
  assert.throws(
    () => readInput(["--frobnicate"], find("serve")),
    misuse(/no flag --frobnicate. See "cameo serve --help"/),
  );
  assert.throws(() => readInput(["--port"], find("serve")), misuse(/--port needs a value: --port <port>/));
  assert.throws(() => readInput(["--config", "--port", "3"], find("serve")), misuse(/--config needs a value/));
  assert.throws(() => readInput(["--json=yes"], find("check")), misuse(/--json takes no value/));
  assert.throws(() => readInput([], find("render")), misuse(/needs more: cameo render <url-path>/));
  assert.throws(() => readInput(["a", "b"], find("render")), misuse(/"b" is one word too many/));
});

test("nearest() suggests only what is close", () => {
  assert.equal(nearest("srve", ["serve", "render"]), "serve");
  assert.equal(nearest("quux", ["serve", "render"]), undefined);
});
