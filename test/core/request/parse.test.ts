import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CameoError } from "../../../core/error.ts";
import { anchors, type Parameters, parameterTable } from "../../../core/request/parameters.ts";
import { createGrammar, formatRequest, type ParsedRequest, parseRequest } from "../../../core/request/parse.ts";

const grammar = createGrammar();

function parse(url: string): ParsedRequest {
  const [path = "", query = ""] = url.split("?");
  return parseRequest(path, query, grammar);
}

const byte = fc.integer({ min: 0, max: 255 });
const plain = { noNullPrototype: true } as const;
const color = fc.record({ r: byte, g: byte, b: byte, a: byte }, plain);
const hundredths = (min: number, max: number) =>
  fc.integer({ min: min * 100, max: max * 100 }).map((each) => each / 100);
const side = fc.integer({ min: 1, max: 16384 });
const space = fc.integer({ min: 0, max: 4096 });

/** Values that are not the default, since the default is left out. */
const values: Record<keyof typeof parameterTable, fc.Arbitrary<unknown>> = {
  width: side,
  height: side,
  fit: fc.constantFrom("cover", "contain", "fill", "outside"),
  position: fc.oneof(
    fc.constantFrom(...anchors.slice(1), "smart" as const),
    fc.record({ x: hundredths(0, 1), y: hundredths(0, 1) }, plain),
  ),
  dpr: hundredths(1.01, 5),
  enlarge: fc.constant(true),
  crop: fc.record({ x: space, y: space, width: side, height: side }, plain),
  trim: hundredths(1, 100),
  rotate: hundredths(1, 359),
  flip: fc.constant(true),
  flop: fc.constant(true),
  pad: fc.record({ top: fc.integer({ min: 1, max: 4096 }), right: space, bottom: space, left: space }, plain),
  background: color,
  radius: fc.oneof(fc.constant("max"), side),
  blur: hundredths(0.3, 250),
  sharpen: hundredths(0.1, 10),
  grayscale: fc.constant(true),
  negate: fc.constant(true),
  tint: color,
  brightness: hundredths(1, 100),
  contrast: hundredths(-100, -1),
  saturation: hundredths(-100, -1),
  hue: hundredths(1, 359),
  format: fc.constantFrom("avif", "webp", "jpeg", "png", "gif"),
  theme: fc.constantFrom("light", "dark", "auto"),
  quality: fc.integer({ min: 1, max: 100 }),
  frames: fc.integer({ min: 1, max: 1024 }),
  preset: fc.constantFrom("card", "card,small"),
  version: fc.stringMatching(/^[\w.-]{1,64}$/),
  expires: fc.integer({ min: 0, max: 99_999_999_999 }),
  signature: fc.stringMatching(/^[\w-]{16,128}$/),
};

const request: fc.Arbitrary<ParsedRequest> = fc.record({
  output: fc.constantFrom("image" as const, "meta" as const),
  mount: fc.constantFrom("images", "remote"),
  ref: fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }).filter((each) => each.isWellFormed()),
  parameters: fc.record(values, { requiredKeys: [] }) as fc.Arbitrary<Parameters>,
  query: fc.constant({}),
});

test("parseRequest() is the inverse of formatRequest()", () => {
  fc.assert(
    fc.property(request, (each) => {
      assert.deepEqual(parse(formatRequest(each, grammar)), { ...each, parameters: inOrder(each.parameters) });
    }),
    { numRuns: 1000 },
  );
});

const inOrder = (parameters: Parameters): Parameters =>
  Object.fromEntries(Object.keys(parameterTable).flatMap((key) => (key in parameters ? [[key, parameters[key]]] : [])));

test("parseRequest() gives one canonical form whatever the order and spelling", () => {
  fc.assert(
    fc.property(request, fc.infiniteStream(fc.boolean()), (each, coins) => {
      const canonical = formatRequest(each, grammar);
      const [path = "", query = ""] = canonical.split("?");
      const parts = query
        .split("&")
        .filter(Boolean)
        .map((part) => spellLong(part, coins.next().value as boolean));
      const shuffled = parts.sort(() => (coins.next().value ? 1 : -1)).join("&");
      assert.equal(formatRequest(parseRequest(path, shuffled, grammar), grammar), canonical);
    }),
  );
});

function spellLong(part: string, isLong: boolean): string {
  const [key = "", value = ""] = part.split("=");
  return `${isLong ? grammar.spellings.get(key) : key}=${value}`;
}

test("parseRequest() leaves out what says no more than the default", () => {
  const plain =
    "fit=inside&pos=center&dpr=1.0&enlarge=0&rotate=360&flip=false&pad=0,0&blur=0&hue=-0&f=auto&brightness=0";
  assert.deepEqual(parse(`/images/a.jpg?${plain}`).parameters, {});
});

test("parseRequest() understands the spellings that people use", () => {
  const { parameters } = parse(
    "/images/a.jpg?w=10&bg=%23F80&f=JPG&flip&pad=1,2&rotate=-90&position=0.5,0.25&trim&radius=MAX",
  );
  assert.deepEqual(parameters, {
    width: 10,
    position: { x: 0.5, y: 0.25 },
    trim: 10,
    rotate: 270,
    flip: true,
    pad: { top: 1, right: 2, bottom: 1, left: 2 },
    background: { r: 255, g: 136, b: 0, a: 255 },
    radius: "max",
    format: "jpeg",
  });
});

const bad: readonly [query: string, parameter: string, got: string | undefined][] = [
  ["w=0", "width", "0"],
  ["w=-5", "width", "-5"],
  ["w=1.5", "width", "1.5"],
  ["w=abc", "width", "abc"],
  ["w=", "width", ""],
  ["width=99999", "width", "99999"],
  ["w=1e3", "width", "1e3"],
  ["q=0", "quality", "0"],
  ["q=200", "quality", "200"],
  ["fit=crop", "fit", "crop"],
  ["format=bmp", "format", "bmp"],
  ["pos=2,0", "position", "2,0"],
  ["pos=0.5", "position", "0.5"],
  ["crop=1,2,3", "crop", "1,2,3"],
  ["crop=0,0,0,5", "crop", "0,0,0,5"],
  ["bg=gggggg", "background", "gggggg"],
  ["bg=12345", "background", "12345"],
  ["pad=1,2,3", "pad", "1,2,3"],
  ["flip=maybe", "flip", "maybe"],
  ["dpr=0", "dpr", "0"],
  ["blur=1000", "blur", "1000"],
  ["preset=no spaces", "preset", "no spaces"],
  ["nonsense=1", "nonsense", undefined],
  ["constructor=1", "constructor", undefined],
];

test("parseRequest() refuses a bad value and names the parameter, what it got and what it takes", () => {
  for (const [query, parameter, got] of bad) {
    assert.throws(
      () => parse(`/images/a.jpg?${query}`),
      (error) => {
        assert.ok(error instanceof CameoError, query);
        assert.equal(error.code, "bad-parameter");
        assert.equal(error.options.fields?.parameter, parameter);
        if (got !== undefined) assert.equal(error.options.fields?.got, got);
        assert.ok(error.options.fields?.takes, query);
        return true;
      },
    );
  }
});

test("parseRequest() refuses a parameter that is given twice, in whatever spelling", () => {
  assert.throws(() => parse("/images/a.jpg?w=1&width=2"), /given twice/);
});

test("parseRequest() refuses a path that is not UTF-8", () => {
  assert.throws(
    () => parse("/images/%ff.jpg"),
    (error) => error instanceof CameoError && error.code === "bad-request",
  );
});

test("parseRequest() never fails with anything but a CameoError", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (path, query) => {
      try {
        parseRequest(`/${path}`, query, grammar);
      } catch (error) {
        assert.ok(error instanceof CameoError);
      }
    }),
    { numRuns: 2000 },
  );
});

test("parseRequest() takes a source's own query and a ref given as a parameter", () => {
  const own = { query: ["page"], refParameter: "url" };
  const parsed = parseRequest("/remote", "url=https%3A%2F%2Fa.example%2Fb.jpg%3Fc%3D1&page=2&w=5", grammar, own);
  assert.deepEqual(parsed, {
    output: "image",
    mount: "remote",
    ref: "https://a.example/b.jpg?c=1",
    parameters: { width: 5 },
    query: { page: "2" },
  });
});

test("parseRequest() says how to write a parameter that belongs to the image's own URL", () => {
  const parse = () => parseRequest("/remote/https://a.example/b.jpg", "c=1", grammar, { refParameter: "url" });
  assert.throws(parse, (error) => error instanceof CameoError && /%3F and %26.+"url"/.test(error.detail));
});

test("parseRequest() keeps a default that is to win over a preset", () => {
  const { parameters } = parseRequest("/images/a.jpg", "fit=inside&p=card", grammar);
  assert.deepEqual(parameters, { fit: "inside", preset: "card" });
});
