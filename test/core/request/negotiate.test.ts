import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptedFormats } from "../../../core/request/negotiate.ts";

const cases: readonly [accept: string | undefined, formats: string][] = [
  [undefined, ""],
  ["", ""],
  ["*/*", ""],
  ["image/*,*/*;q=0.8", ""],
  ["image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", "avif,webp"],
  ["image/webp,image/*;q=0.8", "webp"],
  ["image/webp;q=0.5, image/avif;q=0.1", "avif,webp"],
  ["image/avif;q=0, image/webp;q=0.001", "webp"],
  ["image/avif;q=0.000,image/webp;q=0.0", ""],
  ["IMAGE/WEBP", "webp"],
  ["image/webpx, ximage/avif", ""],
];

test("acceptedFormats() takes explicit names with a quality above 0, in our order", () => {
  for (const [accept, formats] of cases) assert.equal(acceptedFormats(accept).join(), formats, accept ?? "none");
});
