/** What `lookAt` says of every fixture, beside what the pipeline's own reader says; and that nothing that is read throws. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readHeader } from "../../../core/work/header.ts";
import { lookAt } from "../../../plugins/sources/logo-look.ts";
import { readManifest, readPage } from "../../../plugins/sources/logo-page.ts";
import { settleScheme } from "../../../plugins/sources/logo-svg.ts";
import { fixture, goodNames, hostileNames } from "../../fixtures/fixture.ts";

/** What a site hardly has for an icon is none; of AVIF the size is not read. */
const others: ReadonlySet<string> = new Set(["tiff", "heic", "jxl", "avif"]);

test("lookAt() sees in good pictures what the pipeline sees", async () => {
  for (const name of goodNames) {
    const body = await fixture(name);
    const { format, width, height } = readHeader(body, { maxFrames: 1 });
    if (others.has(format)) continue;
    const look = lookAt(body);
    const px = format === "svg" ? 0 : Math.max(width, height);
    assert.deepEqual(look, { isVector: format === "svg", px }, name);
  }
});

test("lookAt() throws at nothing, and takes no cut or huge bitmap", async () => {
  for (const name of hostileNames) {
    const look = lookAt(await fixture(name));
    if (
      /^bomb-(png|ico|bmp|webp|gif)-(size|header|wide|canvas|screen|bmp|png)|^truncated-(?!avif)|^svg-deep/.test(name)
    )
      assert.equal(look, undefined, name);
  }
});

const url = new URL("https://acme.test/");
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc
    .array(
      fc.constantFrom(
        "<link rel=icon href=",
        "<base href=",
        '"',
        ">",
        "</x>",
        "<script type=application/ld+json>",
        '{"@type":"Organization","logo":',
        "[",
        "<svg",
        "<style>@media{",
        "data:,",
        "</script>",
        "http://[",
        "\0",
      ),
      { maxLength: 60 },
    )
    .map((parts) => new TextEncoder().encode(parts.join(""))),
);

test("readPage(), readManifest(), lookAt() and settleScheme() throw at no bytes (property)", () => {
  fc.assert(
    fc.property(bytes, (body) => {
      for (const { url: found } of [...readPage(body, "text/html", url).candidates, ...readManifest(body, url)])
        assert.match(found, /^(https?|data):/);
      lookAt(body);
      settleScheme(body, "dark");
    }),
    { numRuns: 500 },
  );
});
