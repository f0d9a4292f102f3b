import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { InputFormat } from "../../../core/image.ts";
import { sniffFormat } from "../../../core/work/sniff.ts";
import { big, join, little, type Part } from "../../fixtures/formats/bytes.ts";

const ftyp = (major: string, ...compatible: readonly string[]) =>
  join(big.u32(16 + compatible.length * 4), "ftyp", major, big.u32(0), ...compatible);

const utf16 = (text: string, isLittle: boolean): Uint8Array => {
  const order = isLittle ? little : big;
  return join(order.u16(0xfeff), ...Array.from(text, (letter) => order.u16(letter.charCodeAt(0))));
};

const known: readonly (readonly [about: string, format: InputFormat, bytes: Part])[] = [
  ["a JPEG", "jpeg", join(0xff, 0xd8, 0xff, 0xe0)],
  ["a JPEG that goes on as HTML", "jpeg", join(0xff, 0xd8, 0xff, 0xfe, "<html><svg>")],
  ["a GIF that is also a script", "gif", "GIF89a=1;alert(1)"],
  ["the older GIF", "gif", "GIF87a"],
  ["a WebP", "webp", join("RIFF", little.u32(4), "WEBPVP8 ")],
  ["an AVIF", "avif", ftyp("avif", "mif1")],
  ["an AVIF sequence", "avif", ftyp("avis")],
  ["an AVIF whose major brand is mif1", "avif", ftyp("mif1", "miaf", "avif")],
  ["a HEIC", "heic", ftyp("heic", "mif1")],
  ["a HEIC whose major brand is mif1", "heic", ftyp("mif1", "heic")],
  ["a little-endian TIFF", "tiff", "II*\0"],
  ["a big-endian TIFF", "tiff", "MM\0*"],
  ["a bare JPEG XL", "jxl", join(0xff, 0x0a, 0, 0)],
  ["a JPEG XL in a container", "jxl", join(0, 0, 0, 12, "JXL \r\n", 0x87, "\n")],
  ["a BMP", "bmp", join("BM", little.u32(4096), new Uint8Array(4), little.u32(54))],
  ["an ICO", "ico", join(0, 0, 1, 0, 2, 0, 16, 16, 0, 0)],
  ["a plain SVG", "svg", "<svg>"],
  [
    "an SVG behind everything that may stand there",
    "svg",
    '\ufeff<?xml version="1.0"?>\n<!-- <a> - -- --><!DOCTYPE svg [<!ENTITY a "b">\n<!ENTITY c "d">]>\n<svg/>',
  ],
  [
    "an SVG behind a public document type",
    "svg",
    '<!doctype svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd"><svg\n>',
  ],
  ["an SVG with a prefix", "svg", "<svg:svg >"],
  ["an SVG in little-endian UTF-16", "svg", utf16('<?xml version="1.0"?><svg width="1">', true)],
  ["an SVG in big-endian UTF-16", "svg", utf16("<svg>", false)],
];

const unknown: readonly (readonly [about: string, bytes: Part])[] = [
  ["nothing", ""],
  ["one byte", join(0xff)],
  ["JSON", '{"image":"<svg>"}'],
  ["HTML", "<!DOCTYPE html><html><body><svg></svg></body></html>"],
  ["another XML", '<?xml version="1.0"?><rss><svg/></rss>'],
  ["an element that only starts with svg", "<svgfoo>"],
  ["an SVG that is only in a comment", "<!-- <svg> -->"],
  ["an SVG that starts too far in", `${" ".repeat(5000)}<svg>`],
  ["a text that starts with BM", "BM is short for bitmap, among others"],
  ["a RIFF that is not WebP", join("RIFF", little.u32(4), "WAVEfmt ")],
  ["a video", ftyp("isom", "iso2", "mp41")],
  ["mif1 alone", ftyp("mif1", "miaf")],
  ["a cursor", join(0, 0, 2, 0, 1, 0, 16, 16, 0, 0)],
  ["an icon list without entries", join(0, 0, 1, 0, 0, 0, 0, 0, 0, 0)],
  ["zeroes", new Uint8Array(64)],
  ["gzip", join(0x1f, 0x8b, 8, 0)],
  ["PostScript", "%!PS-Adobe-3.0"],
];

describe("sniffFormat()", () => {
  for (const [about, format, bytes] of known) {
    test(`sniffFormat() knows ${about}`, () =>
      assert.equal(sniffFormat(typeof bytes === "string" ? new TextEncoder().encode(bytes) : join(bytes)), format));
  }
  for (const [about, bytes] of unknown) {
    test(`sniffFormat() does not take ${about}`, () => assert.equal(sniffFormat(join(bytes)), undefined));
  }
});
