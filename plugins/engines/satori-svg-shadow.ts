/**
 * Shadows of boxes. The library blurs over an area that grows with the square of the blur, most of a card, which takes a tenth of a second.
 * A shadow reaches three standard deviations; and a soft one has no detail, so that it may be drawn small and enlarged.
 */
import type { Area, Size } from "cameo/plugin";
import { enlargedPng, type Raster } from "./satori-svg-soft.ts";

/** Draws an SVG. */
export type Paint = (svg: string, zoom: number) => Raster;

/** A shadow as the library writes it; a negative spread comes with a mask of its own. */
const shadow = new RegExp(
  '(<mask id="[^"]+-neg" maskUnits="userSpaceOnUse"><(?:rect|path) [^>]*/></mask>)?' +
    '<defs><filter id="(satori_s-[^"]+)"[^>]*>' +
    '(<feGaussianBlur stdDeviation="([\\d.]+)" result="b"/><feFlood [^>]*/><feComposite in="f" in2="b" operator="in"/>)</filter></defs>' +
    '<g mask="(url\\([^"]+\\))" filter="[^"]+">((?:<g mask="[^"]+-neg\\)">)?<(?:rect|path) ([^>]*)/>(?:</g>)?)</g>',
  "g",
);

export function withQuickShadows(svg: string, card: Size, paint: Paint): string {
  return svg.replace(shadow, (whole, negative = "", id, effect, deviation, mask, content, attributes) => {
    const area = reach(attributes, Number(deviation));
    if (!area) return whole;
    const shrink = Math.floor(Number(deviation) / detail);
    const drawn = { id, effect, content, negative, mask: isCovered(svg, mask) ? "" : ` mask="${mask}"` };
    return shrink < 2 ? blurred(drawn, area) : enlarged(drawn, snapped(area, card, shrink), shrink, paint);
  });
}

/** Standard deviation of what is drawn small, in its own pixels: enough that nobody sees the enlargement. */
const detail = 3;

interface Shadow {
  readonly id: string;
  readonly effect: string;
  readonly content: string;
  readonly negative: string;
  /** The attribute. It keeps the shadow from showing through its box. */
  readonly mask: string;
}

/** Whether the box that a mask cuts out is painted over it in a solid colour: then nothing shows through, and a mask takes 14 ms. */
function isCovered(svg: string, mask: string): boolean {
  const start = svg.indexOf(`<mask id="${mask.slice("url(#".length, -1)}"`);
  const cut = svg.slice(start, svg.indexOf("</mask>", start));
  const box =
    /<(?:rect|path) (x="[^"]*" y="[^"]*" width="[^"]*" height="[^"]*") fill="#000"[^>]*?( d="[^"]*")?\/>$/.exec(cut);
  if (start < 0 || !box) return false;
  const [, place = "", path = ""] = box;
  const painted = svg.replace(/<(mask|clipPath) .*?<\/\1>/g, "");
  return painted
    .split(`${place} fill="#`)
    .some((after) => /^(?:[\da-f]{6}|[\da-f]{3})$/i.test(after.split(`"${path}/>`, 1)[0] ?? ""));
}

/** What a shadow covers: its shape, its spread and its blur. */
function reach(attributes: string, deviation: number): Area | undefined {
  if (attributes.includes("transform=")) return undefined;
  const read = (name: string) => Number(new RegExp(`(?:^| )${name}="(-?[\\d.]+)"`).exec(attributes)?.[1]);
  const grow = 3 * deviation + Math.max(0, read("stroke-width") / 2);
  const area = {
    x: read("x") - grow,
    y: read("y") - grow,
    width: read("width") + 2 * grow,
    height: read("height") + 2 * grow,
  };
  return Object.values(area).every(Number.isFinite) ? area : undefined;
}

/** On the card and as far around it as the blur sees, its corners at multiples of `step`. */
function snapped({ x, y, width, height }: Area, card: Size, step: number): Area {
  const around = 3 * (step + 1) * detail;
  const from = (value: number) => Math.floor(Math.max(-around, value) / step) * step;
  const to = (value: number, end: number) => Math.ceil(Math.min(end + around, value) / step) * step;
  const [left, top] = [from(x), from(y)];
  return { x: left, y: top, width: to(x + width, card.width) - left, height: to(y + height, card.height) - top };
}

const places = ({ x, y, width, height }: Area): string => `x="${x}" y="${y}" width="${width}" height="${height}"`;

/** Colours are blurred as they are, as in a browser. */
const filter = ({ id, effect }: Shadow, area: Area): string =>
  `<filter id="${id}" filterUnits="userSpaceOnUse" ${places(area)} color-interpolation-filters="sRGB">${effect}</filter>`;

const blurred = (parts: Shadow, area: Area): string =>
  `${parts.negative}${filter(parts, area)}<g${parts.mask} filter="url(#${parts.id})">${parts.content}</g>`;

function enlarged(parts: Shadow, area: Area, shrink: number, paint: Paint): string {
  if (area.width <= 0 || area.height <= 0) return "";
  const { x, y, width, height } = area;
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${x} ${y} ${width} ${height}">`;
  const small = `${head}${parts.negative}${filter(parts, area)}<g filter="url(#${parts.id})">${parts.content}</g></svg>`;
  const picture = Buffer.from(enlargedPng(paint(small, 1 / shrink), shrink)).toString("base64");
  return `<image ${places(area)} preserveAspectRatio="none" image-rendering="optimizeSpeed"${parts.mask} href="data:image/png;base64,${picture}"/>`;
}
