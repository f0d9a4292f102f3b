/** The words that the pipeline is written in. Values only: everything here crosses to a worker by structured clone, except `Picture`. */

/** Formats that Cameo can be given. Found from the bytes, never from a name or a header. */
export const inputFormats = ["jpeg", "png", "webp", "avif", "gif", "heic", "tiff", "bmp", "ico", "jxl", "svg"] as const;
export type InputFormat = (typeof inputFormats)[number];

/** Formats that Cameo can make. */
export const outputFormats = ["avif", "webp", "jpeg", "png", "gif"] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** MIME type of each format. */
export const mimeTypes = {
  jpeg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  avif: "image/avif",
  gif: "image/gif",
  heic: "image/heic",
  tiff: "image/tiff",
  bmp: "image/bmp",
  ico: "image/x-icon",
  jxl: "image/jxl",
  svg: "image/svg+xml",
} as const satisfies Record<InputFormat, string>;

/** File ending by MIME type. */
export const extensions: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "image/avif": "avif",
  "image/gif": "gif",
  "application/json": "json",
};

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle in pixels from the top left corner. */
export interface Area extends Size {
  readonly x: number;
  readonly y: number;
}

/** sRGB, each channel 0..255, alpha too. */
export interface Color {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

/** What the first bytes of an image tell without decoding it. Width and height are as stored, before orientation. */
export interface Header extends Size {
  readonly format: InputFormat;
  /** Frames of an animation; 1 for a still. Counted up to the limit that the reader was given. */
  readonly frames: number;
  /** EXIF orientation, 1..8. */
  readonly orientation: number;
  /** Whether pixels may be transparent, where the header tells. */
  readonly hasAlpha?: boolean | undefined;
}

/** Bytes of an image as a source gave them. */
export interface Original {
  readonly body: Uint8Array;
  /** MIME type that the origin claims. Only a hint for the log; the bytes decide. */
  readonly type?: string | undefined;
  /** How long the origin says it stays fresh, in seconds. Shortens the mount's `ttlS`, never lengthens it. */
  readonly maxAgeS?: number | undefined;
  /** The origin lets no shared cache keep it: answers are `private`. Default `false`. */
  readonly isPrivate?: boolean | undefined;
  /** The origin lets no stale copy be served. Default `false`. */
  readonly noStale?: boolean | undefined;
  /** The origin's validator, given back to `load` as `previous.etag`. */
  readonly etag?: string | undefined;
  /** The origin's `Last-Modified`, as it sent it. */
  readonly lastModified?: string | undefined;
  /** `true` when loading it again costs nothing (a local file), so that no cache tier keeps a copy. Default `false`. */
  readonly isLocal?: boolean | undefined;
  /** `true` where nobody else holds `body`, so that it may be moved to a worker, which empties it here, instead of copied. Default `false`. */
  readonly mayMove?: boolean | undefined;
  /** A card to be drawn, in place of `body`, which is empty then. No cache tier keeps it; `etag` must change with it. */
  readonly drawing?: Drawing | undefined;
  /** Who answered, where a source asks several: sent as `X-Source`, shown by `?explain`. */
  readonly by?: string | undefined;
  /** Only signed URLs may show it, whatever the mount says. Default `false`. */
  readonly needsSignature?: boolean | undefined;
  /** Stands in for a picture that could not be had: no version in the URL makes it `immutable`. Default `false`. */
  readonly isStopgap?: boolean | undefined;
}

/** A picture inside a card. */
export interface CardPicture extends Size {
  /** A data URI. */
  readonly src: string;
}

/** The look that a team's cards share. */
export interface Brand {
  /** Name of the team or product, shown beside the logo. */
  readonly name?: string | undefined;
  readonly logo?: CardPicture | undefined;
  /** Colours by theme, as CSS hex. Each has a default. */
  readonly colors: Readonly<Record<"light" | "dark", BrandColors>>;
  readonly fonts: { readonly heading: string; readonly body: string };
  /** Radius of corners, in pixels of the card. */
  readonly cornerPx: number;
  /** What the background shows. */
  readonly pattern: "none" | "glow" | "grid" | "dots" | "waves";
}

export interface BrandColors {
  readonly background: string;
  /** Of panels upon the background. */
  readonly surface: string;
  readonly text: string;
  /** Of secondary text. */
  readonly muted: string;
  readonly accent: string;
  /** Of text upon the accent. */
  readonly onAccent: string;
}

/** What is to be drawn: plain data that crosses to a worker. */
export interface Drawing {
  /** ID of the template, `template.card`. */
  readonly template: string;
  /** As the template's schema gave them. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly size: Size;
  readonly theme: "light" | "dark";
  readonly brand: Brand;
  /** By parameter; a picture that was asked for and is not there is absent. */
  readonly pictures: Readonly<Record<string, CardPicture>>;
  /** Drawn in place of this one if it fails. */
  readonly fallback?: Drawing | undefined;
  /** What the card lacks before it is drawn, in sentences for `?explain`. */
  readonly remarks?: readonly string[] | undefined;
}

/** What a template's `render` may look at and use. */
export interface Card extends Omit<Drawing, "template" | "parameters" | "fallback" | "remarks"> {
  /** The brand's colours of this theme. */
  readonly colors: BrandColors;
  /** The largest of `sizesPx` at which a text fits, its lines balanced; clamped with an ellipsis where none does. */
  fit(text: string, options: FitTextOptions): FittedText;
  /** Width of a text in one line, in pixels. */
  measure(text: string, font: CardFont): number;
}

export interface CardFont {
  /** Default: the brand's heading font. */
  readonly family?: string;
  /** 100 to 900. Default 700. */
  readonly weight?: number;
  readonly sizePx: number;
  /** In pixels. Default 0. */
  readonly letterSpacingPx?: number;
}

export interface FitTextOptions extends Omit<CardFont, "sizePx"> {
  readonly maxWidthPx: number;
  readonly maxLines: number;
  /** Sizes to try, largest first. */
  readonly sizesPx: readonly number[];
  /** Of the text and its lines together. Default: none beyond `maxLines`. */
  readonly maxHeightPx?: number;
  /** As a multiple of the size; more where lines of this script would run into each other, as in Arabic or Thai. Default 1.15. */
  readonly lineHeight?: number;
}

export interface FittedText {
  readonly sizePx: number;
  /** Each is to be shown on a line of its own that does not wrap. */
  readonly lines: readonly string[];
  /** Height of one line, in pixels. */
  readonly lineHeightPx: number;
  readonly isClamped: boolean;
  /** Whether the text runs from right to left: align its lines to the right. */
  readonly isRightToLeft: boolean;
}

/** One step of a plan: which transform runs, and with what. */
export interface Operation {
  /** Name of the transform plugin. */
  readonly transform: string;
  /** The request's parameters that this transform reads. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Size before this step if the decoder does not shrink; absent when it depends on the pixels. */
  readonly full?: Size;
}

/** How an engine should decode. */
export interface DecodeOptions {
  readonly format: InputFormat;
  /** What the header told, 1 to 8 as in EXIF. Default: what the engine itself finds. */
  readonly orientation?: number;
  /** At least this many pixels are needed on each side: an engine may decode to a smaller size than stored, never below this. */
  readonly atLeast?: Size | undefined;
  /** Most frames to read; 1 reads the first only. */
  readonly maxFrames: number;
  /** `refuse`: half an image is an error (422); `allow`: give what there is. */
  readonly truncated: "refuse" | "allow";
  /** Refuse to decode more than this, per frame. */
  readonly maxPixels: number;
  /** Time that the engine may spend, in milliseconds, if it can stop itself. */
  readonly deadlineMs: number;
}

/** How an engine should encode. */
export interface EncodeOptions {
  readonly format: OutputFormat;
  /** 1..100; engines map it to their own scale. For PNG it is ignored. */
  readonly quality: number;
  /** Laid under the picture where the output has no alpha. */
  readonly background: Color;
}

/** Everything that a worker has to do for one request. Plain data. */
export interface Plan {
  readonly decode: DecodeOptions;
  readonly operations: readonly Operation[];
  /** `undefined` when the answer is a description of the picture (`/meta`), not a picture. */
  readonly encode: EncodeOptions | undefined;
  /** The size expected after all operations; exact unless a step depends on the pixels (`trim`). */
  readonly size: Size;
  /** Estimate of the decoded bytes: width × height × frames × 4. Admission counts it. */
  readonly costBytes: number;
}

/** What a worker made from a plan. */
export interface Rendered extends Size {
  readonly body: Uint8Array;
  /** MIME type. */
  readonly type: string;
  readonly frames: number;
  /** What the one who reads `?explain` should know. */
  readonly remarks?: readonly string[] | undefined;
}

/** Raw pixels of one frame: RGBA, 8 bits, alpha not premultiplied, row by row. `data.length` is width × height × 4. */
export interface Pixels extends Size {
  readonly data: Uint8ClampedArray;
  /** How long an animation shows this frame, in milliseconds. */
  readonly delayMs?: number | undefined;
}

/** Space to add on each side, in pixels. */
export interface Edges {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/**
 * A decoded image in a worker: the small engine-neutral surface that transforms use. Operations change it in place and apply to every frame.
 * Already oriented, in sRGB, 8 bits a channel, with every frame of an animation a full canvas.
 */
export interface Picture {
  /** Pixels, after all operations so far. */
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** Whether any pixel may be transparent. */
  readonly hasAlpha: boolean;
  /** Decoded size divided by the stored size: below 1 when the decoder shrank on load. Multiply coordinates that come from a request by it. */
  readonly scale: number;
  /** Resample to exactly this size. */
  resize(size: Size): void;
  /** Keep this area; it lies inside the picture. */
  crop(area: Area): void;
  /** Add space around it. */
  extend(edges: Edges, background: Color): void;
  /** Turn clockwise. Quarter turns are exact; other angles grow the canvas and fill its corners with `background`. */
  rotate(degrees: number, background: Color): void;
  /** Mirror top to bottom. */
  flip(): void;
  /** Mirror left to right. */
  flop(): void;
  /** Draw `overlay` over every frame, with its top left corner at `x`, `y`. */
  composite(overlay: Pixels, x: number, y: number): void;
  /** A copy of one frame's pixels. Default: the first frame. */
  pixels(frame?: number): Pixels;
  /** Put changed pixels back, same size. Default: the first frame. */
  setPixels(pixels: Pixels, frame?: number): void;
  /** What the one who reads `?explain` should know, such as a character that no font has. Default none. */
  readonly remarks?: readonly string[] | undefined;
  /** Free what the engine holds. Called once by the worker. */
  dispose(): void;
}
