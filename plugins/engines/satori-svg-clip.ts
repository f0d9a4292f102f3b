/**
 * Clips and masks that hide nothing. The library gives each picture two of each, one in another, and each is a layer as large as the picture:
 * together they take ten times as long as the picture.
 */
import type { Area } from "cameo/plugin";

/** What a clip or a mask lets through. */
interface Hole {
  readonly area: Area;
  /** How far from its edges nothing is hidden: 0 for a rectangle. */
  readonly marginPx: number;
  /** The one that it lies in. */
  readonly parent: string | undefined;
}

type Holes = ReadonlyMap<string, Hole>;
/** With its name. */
type Link = readonly [string, Hole];

const place = 'x="(-?[\\d.]+)" y="(-?[\\d.]+)" width="([\\d.]+)" height="([\\d.]+)"';
const clip = new RegExp(
  `<clipPath id="([^"]+)"(?: clip-path="url\\(#([^"]+)\\)")?><(?:rect|path) ${place}((?: d="[^"]*")?)/></clipPath>`,
  "g",
);
/** Where a border lies around what it lets through, the border's shape in black. */
const mask = new RegExp(
  `<mask id="([^"]+)"><rect ${place} fill="#fff"(?: mask="url\\(#([^"]+)\\)")?/>((?:<path [^>]* stroke="#000"[^>]*/>)?)</mask>`,
  "g",
);
const user = new RegExp(
  `(<(?:image|rect|path) ${place}(?: [\\w-]+="[^"]*")*?) clip-path="url\\(#([^"]+)\\)" mask="url\\(#([^"]+)\\)"/>`,
  "g",
);

/** A text: the letters' outlines. */
const text = /<g mask="url\(#([^"]+)\)" clip-path="url\(#([^"]+)\)">(<path fill="[^"]*" d="([MLQCZ\d., -]+)"\/>)<\/g>/g;

export function withoutIdleClips(svg: string): string {
  if (!svg.includes("clip-path=")) return svg;
  const clips: Holes = new Map(
    Array.from(svg.matchAll(clip), ([, id = "", parent, x, y, width, height, shape = ""]) => [
      id,
      { area: areaOf(x, y, width, height), marginPx: marginOf(shape), parent },
    ]),
  );
  const masks: Holes = new Map(
    Array.from(svg.matchAll(mask), ([, id = "", x, y, width, height, parent, shape = ""]) => [
      id,
      { area: areaOf(x, y, width, height), marginPx: marginOf(shape), parent },
    ]),
  );
  const left = (area: Area, clipped: string, masked: string) =>
    stillNeeded(area, chain(clips, clipped), chain(masks, masked));
  return svg
    .replace(user, (whole, start, x, y, width, height, clipped, masked) => {
      const needed = left(areaOf(x, y, width, height), clipped, masked);
      if (!needed) return whole;
      // An SVG sticks out of its frame, and the renderer draws it into a layer as large as what it is in: without a clip, the whole card.
      const kept = start.includes("data:image/svg") ? clipped : needed.clip;
      return `${start}${kept === undefined ? "" : ` clip-path="url(#${kept})"`}/>`;
    })
    .replace(text, (whole, masked, clipped, path, outline) => {
      const needed = left(boundsOf(outline), clipped, masked);
      return needed && needed.clip === undefined ? path : whole;
    });
}

interface Needed {
  /** The clip that hides something, with those that it lies in. */
  readonly clip: string | undefined;
}

/** `undefined` if a mask hides something, or it cannot be told. */
function stillNeeded(area: Area, clips: Link[] | undefined, masks: Link[] | undefined): Needed | undefined {
  if (!clips || !masks) return undefined;
  const seen = clips.reduce((left, [, hole]) => overlap(left, hole.area), area);
  if (!masks.every(([, hole]) => isWithin(seen, hole))) return undefined;
  return { clip: clips.find(([, hole]) => !isWithin(area, hole))?.[0] };
}

/** Of an outline's points, which its curves do not leave. */
function boundsOf(outline: string): Area {
  const numbers = Array.from(outline.matchAll(/-?[\d.]+/g), Number);
  const box = { left: Number.POSITIVE_INFINITY, top: Number.POSITIVE_INFINITY, right: 0, bottom: 0 };
  for (let at = 0; at + 1 < numbers.length; at += 2) {
    const [x = 0, y = 0] = [numbers[at], numbers[at + 1]];
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  return { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top };
}

const areaOf = (...[x, y, width, height]: (string | undefined)[]): Area => ({
  x: Number(x),
  y: Number(y),
  width: Number(width),
  height: Number(height),
});

/** The largest radius in a shape of straight lines and arcs, and half its line. */
function marginOf(shape: string): number {
  const radii = Array.from(shape.matchAll(/a([\d.]+)[ ,]([\d.]+)/gi), ([, x, y]) => Math.max(Number(x), Number(y)));
  return Math.max(0, ...radii) + Number(/stroke-width="([\d.]+)"/.exec(shape)?.[1] ?? 0) / 2;
}

/** A hole, the one that it lies in, and so on; `undefined` if one is not of the form that is known. */
function chain(holes: Holes, id: string): Link[] | undefined {
  const links: Link[] = [];
  for (let next: string | undefined = id; next !== undefined; ) {
    const hole = holes.get(next);
    if (!hole || links.length > holes.size) return undefined;
    links.push([next, hole]);
    next = hole.parent;
  }
  return links;
}

function overlap(one: Area, other: Area): Area {
  const [x, y] = [Math.max(one.x, other.x), Math.max(one.y, other.y)];
  const right = Math.min(one.x + one.width, other.x + other.width);
  const bottom = Math.min(one.y + one.height, other.y + other.height);
  return { x, y, width: right - x, height: bottom - y };
}

const isWithin = (area: Area, { area: hole, marginPx }: Hole): boolean =>
  area.x >= hole.x + marginPx &&
  area.y >= hole.y + marginPx &&
  area.x + area.width <= hole.x + hole.width - marginPx &&
  area.y + area.height <= hole.y + hole.height - marginPx;
