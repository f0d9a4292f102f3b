import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { CameoError } from "../../../core/error.ts";
import { inputFormats } from "../../../core/image.ts";
import { readHeader } from "../../../core/work/header.ts";
import { fixture, type GoodName, goodFixture, goodNames, testCard } from "../../fixtures/fixture.ts";
import { big, join, little, type Part, splice } from "../../fixtures/formats/bytes.ts";

const read = (...parts: readonly Part[]) => readHeader(join(...parts), { maxFrames: 8 });
const refusal = (...parts: readonly Part[]): string => {
  try {
    return `read as ${JSON.stringify(read(...parts))}`;
  } catch (error) {
    assert.ok(error instanceof CameoError, String(error));
    return error.code;
  }
};

/** Names of the smallest good file of each format and of those with odd containers. */
const small: readonly GoodName[] = [
  "jpeg-exif-twice",
  "png-exif",
  "png-1bit",
  "webp-exif",
  "webp-lossless",
  "webp-animated",
  "gif-animated",
  "gif",
  "avif",
  "heic",
  "jxl",
  "bmp-8",
  "ico",
  "svg",
  "tiff-orientation",
];

describe("readHeader() on good files", () => {
  for (const name of goodNames) {
    test(`readHeader() reads ${name}`, async () => {
      const {
        format,
        width = testCard.width,
        height = testCard.height,
        frames = 1,
        orientation = 1,
      } = goodFixture(name);
      const header = readHeader(await fixture(name), { maxFrames: 256 });
      const upright = header.orientation > 4 ? { width: header.height, height: header.width } : header;
      assert.deepEqual(
        {
          format: header.format,
          width: upright.width,
          height: upright.height,
          frames: header.frames,
          orientation: header.orientation,
        },
        { format, width, height, frames, orientation },
      );
    });
  }

  test("readHeader() tells alpha where the header does", async () => {
    const alphaOf = async (name: GoodName) => readHeader(await fixture(name), { maxFrames: 1 }).hasAlpha;
    for (const name of [
      "png-rgba",
      "png-palette-alpha",
      "png-color-key",
      "webp-alpha",
      "webp-lossless-alpha",
    ] as const) {
      assert.equal(await alphaOf(name), true, name);
    }
    for (const name of ["jpeg-420", "png-rgb", "png-palette", "webp-lossy"] as const)
      assert.equal(await alphaOf(name), false, name);
  });
});

describe("readHeader() on any bytes", () => {
  /** Either a header or one of our two errors; anything else fails the test. */
  function survives(bytes: Uint8Array): void {
    try {
      const header = readHeader(bytes, { maxFrames: 8 });
      assert.ok(header.width >= 1 && header.height >= 1 && header.frames >= 1 && header.frames <= 9);
      assert.ok(header.orientation >= 1 && header.orientation <= 8);
    } catch (error) {
      assert.ok(error instanceof CameoError, String(error));
      assert.ok(["broken-image", "unsupported-type"].includes(error.code), error.code);
    }
  }

  for (const name of small) {
    test(`readHeader() survives every truncation of ${name}`, async () => {
      const whole = await fixture(name);
      for (let length = 0; length < Math.min(whole.length, 4096); length++) survives(whole.slice(0, length));
    });

    test(`readHeader() survives damage to ${name}`, async () => {
      const whole = (await fixture(name)).slice(0, 8192);
      const damage = fc.array(fc.tuple(fc.nat(Math.min(whole.length, 1024) - 1), fc.nat(255)), {
        minLength: 1,
        maxLength: 6,
      });
      fc.assert(
        fc.property(damage, (changes) => {
          const bytes = whole.slice();
          for (const [at, value] of changes) bytes[at] = value;
          survives(bytes);
        }),
        { numRuns: 400 },
      );
    });
  }

  const magics: readonly Part[] = [
    join(0xff, 0xd8, 0xff),
    join(0x89, "PNG\r\n", 0x1a, "\n"),
    "GIF89a",
    join("RIFF", new Uint8Array(4), "WEBPVP8X"),
    join(big.u32(20), "ftypavif"),
    join(big.u32(20), "ftypheic"),
    "II*\0",
    "MM\0*",
    join(0xff, 0x0a),
    join("BM", new Uint8Array(12), little.u32(40)),
    join(0, 0, 1, 0, 1, 0, 9, 9, 9, 0),
    "<svg ",
    join(0, 0, 0, 12, "JXL \r\n", 0x87, "\n"),
  ];

  test("readHeader() survives random bytes behind each magic", () => {
    fc.assert(
      fc.property(fc.constantFrom(...magics), fc.uint8Array({ maxLength: 512 }), (magic, rest) =>
        survives(join(magic, rest)),
      ),
      { numRuns: 3000 },
    );
  });

  test("readHeader() survives boxes of any size in a HEIF and a JPEG XL", () => {
    const box = fc.tuple(
      fc.constantFrom(0, 1, 2, 7, 8, 9, 12, 40, 0xffffffff),
      fc.constantFrom("meta", "iprp", "ipco", "ispe", "ipma", "pitm", "jxlc", "jxlp"),
    );
    const head = fc.constantFrom(join(big.u32(16), "ftypavif", big.u32(0)), join(0, 0, 0, 12, "JXL \r\n", 0x87, "\n"));
    fc.assert(
      fc.property(head, fc.array(box, { maxLength: 12 }), (start, boxes) => {
        survives(join(start, ...boxes.map(([size, type]) => join(big.u32(size), type, new Uint8Array(8)))));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("readHeader() and its limits", () => {
  const frame = join(0x2c, new Uint8Array(4), little.u16(1), little.u16(1), 0, 2, 1, 0, 0);
  const screen = join("GIF89a", little.u16(3), little.u16(2), 0, 0, 0);

  test("readHeader() stops counting GIF frames one beyond the limit", () => {
    assert.equal(read(screen, ...Array<Part>(8).fill(frame), 0x3b).frames, 8);
    assert.equal(read(screen, ...Array<Part>(5000).fill(frame), 0x3b).frames, 9);
  });

  test("readHeader() counts GIF frames up to where the file is cut", () => {
    assert.equal(read(screen, frame, frame, frame.subarray(0, 10)).frames, 3);
  });

  test("readHeader() stops counting WebP frames one beyond the limit", () => {
    const chunk = join("ANMF", little.u32(16), new Uint8Array(16));
    const start = join("RIFF", little.u32(0), "WEBPVP8X", little.u32(10), 2, 0, 0, 0, 4, 0, 0, 3, 0, 0);
    assert.equal(read(start, ...Array<Part>(5000).fill(chunk)).frames, 9);
  });

  test("readHeader() gives up on a flood of empty chunks", () => {
    const flood = new Uint8Array(12 * 70_000);
    assert.equal(
      refusal(
        0x89,
        "PNG\r\n",
        0x1a,
        "\n",
        big.u32(13),
        "IHDR",
        big.u32(5),
        big.u32(5),
        8,
        2,
        0,
        0,
        0,
        big.u32(0),
        flood,
      ),
      "broken-image",
    );
  });

  test("readHeader() refuses a side of zero", async () => {
    const png = await fixture("png-rgb");
    assert.equal(refusal(splice(png, 16, 20, big.u32(0))), "broken-image");
    assert.equal(refusal(splice(png, 20, 24, big.u32(0xffffffff))), "broken-image");
    assert.equal(refusal("GIF89a", little.u16(0), little.u16(2), 0, 0, 0, frame, 0x3b), "broken-image");
    assert.equal(refusal('<svg width="0" height="20"/>'), "broken-image");
  });

  test("readHeader() refuses a GIF without a frame", () => {
    assert.equal(refusal(screen, 0x3b), "broken-image");
    assert.equal(refusal(screen, 0x3d), "broken-image");
  });

  test("readHeader() refuses a JPEG without a frame header before its scan", () => {
    assert.equal(refusal(0xff, 0xd8, 0xff, 0xda, big.u16(8), new Uint8Array(600)), "broken-image");
  });

  test("readHeader() reads every frame marker of JPEG, behind rubbish and fill bytes", () => {
    for (const marker of [0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]) {
      const header = read(
        0xff,
        0xd8,
        0xff,
        0xfe,
        big.u16(2),
        "rubbish",
        0xff,
        0xff,
        marker,
        big.u16(11),
        8,
        big.u16(30),
        big.u16(40),
        1,
        1,
        0x11,
        0,
      );
      assert.deepEqual([header.width, header.height], [40, 30], marker.toString(16));
    }
  });

  test("readHeader() answers unsupported-type for bytes that are no image", () => {
    for (const text of ["", "{}", "<!doctype html><html></html>", "%PDF-1.7"])
      assert.equal(refusal(text), "unsupported-type", text);
  });

  test("readHeader() has a reader for each input format, tried by the good files", () => {
    assert.deepEqual(new Set(goodNames.map((name) => goodFixture(name).format)), new Set(inputFormats));
  });
});

describe("readHeader() of HEIF items", () => {
  const box = (type: string, ...parts: readonly Part[]) => {
    const content = join(...parts);
    return join(big.u32(content.length + 8), type, content);
  };
  const full = (type: string, ...parts: readonly Part[]) => box(type, 0, 0, 0, 0, ...parts);
  const ispe = (width: number, height: number) => full("ispe", big.u32(width), big.u32(height));
  const clap = box("clap", big.u32(50), big.u32(1), big.u32(20), big.u32(1), new Uint8Array(16));
  /** Item 1 is a thumbnail with the first property; item 2 is primary and has those of `indices`. */
  const file = (properties: readonly Uint8Array[], indices: readonly number[]) =>
    join(
      box("ftyp", "mif1", big.u32(0), "mif1", "avif"),
      full(
        "meta",
        full("pitm", big.u16(2)),
        box(
          "iprp",
          box("ipco", ...properties),
          full(
            "ipma",
            big.u32(2),
            big.u16(1),
            1,
            1,
            big.u16(2),
            indices.length,
            ...indices.map((index) => index | 0x80),
          ),
        ),
      ),
    );
  const sizeOf = (...parts: Parameters<typeof file>) => {
    const { width, height, orientation } = read(file(...parts));
    return [width, height, orientation];
  };

  test("readHeader() takes the primary item, not the first", () => {
    assert.deepEqual(sizeOf([ispe(16, 9), ispe(64, 48)], [2]), [64, 48, 1]);
  });

  test("readHeader() turns the size with irot, once, since the decoder turns the picture", () => {
    assert.deepEqual(sizeOf([ispe(16, 9), ispe(64, 48), box("irot", 1)], [2, 3]), [48, 64, 1]);
    assert.deepEqual(sizeOf([ispe(16, 9), ispe(64, 48), box("irot", 2)], [2, 3]), [64, 48, 1]);
  });

  test("readHeader() cuts with clap before it turns", () => {
    assert.deepEqual(sizeOf([ispe(16, 9), ispe(64, 48), clap, box("irot", 3)], [2, 3, 4]), [20, 50, 1]);
  });
});

describe("readHeader() of SVG", () => {
  const sizes: readonly (readonly [attributes: string, width: number, height: number])[] = [
    ['width="30" height="20"', 30, 20],
    ['width="30px" height="20.4PX"', 30, 20],
    ["width='1in' height='2.54cm'", 96, 96],
    ['width="72pt" height="25.4mm"', 96, 96],
    ['width="1e2" height="+.5e2"', 100, 50],
    ['width="0.2" height="20"', 1, 20],
    ['width="2em" height="3em" viewBox="0 0 10 5"', 10, 5],
    ['width="100%" height="50%" viewBox="-3,-4, 10,5"', 10, 5],
    ['width="20" viewBox="0 0 10 5"', 20, 10],
    ['height="20" viewBox="0 0 10 5"', 40, 20],
    ['viewBox="0 0 0.4 0.2"', 2, 1],
    ['viewBox="0 0 3.2 1"', 13, 4],
    ['viewBox="0 0 10 0"', 512, 512],
    ["", 512, 512],
    [`width="${"9".repeat(60_000)}x" height="20"`, 512, 20],
    ['data-width="1" title="a > b" width="7" height="8"', 7, 8],
  ];
  for (const [attributes, width, height] of sizes) {
    test(`readHeader() gives <svg ${attributes.slice(0, 60)}> ${width}×${height}`, () => {
      const header = read(`<svg xmlns="http://www.w3.org/2000/svg" ${attributes}><g width="1" height="1"/></svg>`);
      assert.deepEqual([header.format, header.width, header.height], ["svg", width, height]);
    });
  }
});
