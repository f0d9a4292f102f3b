/**
 * Pictures inside cards: other mounts' images, brought to the size of their slot, as PNG or JPEG, the formats that the renderer of cards reads.
 *
 * A picture is asked for as the client would ask for it himself; where that needs a signature, the card's own vouches for it, and the card is then shown to
 * signed URLs only. So nobody sees through a card what is kept from him.
 */
import { Buffer } from "node:buffer";
import { CameoError, type CardPicture, type PictureSlot, type RenderedImage, type SourceHost } from "cameo/plugin";
import { type Asking, pathOf } from "./template-reference.ts";

export interface Asker {
  readonly signal: AbortSignal;
  /** Whether the card's URL is signed. */
  readonly isSigned: boolean;
}

/** What came, and what it says of the card that it is part of. */
export interface Vouched<T> {
  readonly value: T;
  /** Only the card's signature made it visible. */
  readonly needsSignature: boolean;
}

export interface PictureParts {
  readonly host: Pick<SourceHost, "render" | "sign">;
  readonly asking: Asking;
  /** Pixels to ask for by pixel of the card. */
  readonly density: number;
  /** Longest side to ask for. */
  readonly maxPx: number;
}

export interface LoadedPicture extends Vouched<CardPicture> {
  readonly maxAgeS: number | undefined;
  readonly isPrivate: boolean;
}

/** Above this a PNG without transparency is a photo that JPEG holds in a tenth of the bytes. */
const largePng = 512 * 1024;

/** Refusals that a signature lifts. */
export const isRefusal = (error: unknown): error is CameoError =>
  error instanceof CameoError && ["signature-required", "host-not-allowed"].includes(error.code);

/** Which picture a card goes without, and why, for `?explain`. */
export function remarkOn(name: string, error: unknown): string {
  const isLate = error instanceof Error && error.name === "TimeoutError";
  const why = isLate ? "It did not come in time." : "It could not be had.";
  return `no picture for "${name}": ${error instanceof CameoError ? error.detail : why}`;
}

/** A signal that ends with another, or when the time is over. */
export const within = (signal: AbortSignal, ms: number): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(ms)]);

/** With the signature of the card where it takes one. Throws what the request would. */
export async function vouch<T>(
  path: string,
  ask: (path: string) => Promise<T>,
  { isSigned }: Pick<Asker, "isSigned">,
  host: Pick<SourceHost, "sign">,
): Promise<Vouched<T>> {
  try {
    return { value: await ask(path), needsSignature: false };
  } catch (error) {
    if (!isSigned || !isRefusal(error)) throw error;
    return { value: await ask(host.sign(path)), needsSignature: true };
  }
}

/** A picture for a slot. Throws what the request for it would. */
export async function loadPicture(
  ref: string,
  slot: PictureSlot,
  asker: Asker,
  { host, asking, ...limits }: PictureParts,
): Promise<LoadedPicture> {
  const ask = async (format: string) => {
    const render = (path: string) => host.render(path, { signal: asker.signal, as: "stranger" });
    return vouch(pathOf(ref, asking, query(slot, limits) + format), render, asker, host);
  };
  const found = await ask("");
  const format = betterFormat(found.value);
  const { value, needsSignature } = format ? await ask(format) : found;
  const { maxAgeS, isPrivate = false } = value;
  return { value: toPicture(value, slot), needsSignature, maxAgeS, isPrivate };
}

/** Without a format Cameo keeps the picture's own family: photos as JPEG, what may be transparent as PNG. A still, whatever it was. */
function query(
  { width, height, fit = "cover", position = "smart" }: PictureSlot,
  { density, maxPx }: Pick<PictureParts, "density" | "maxPx">,
): string {
  const ratio = Math.min(density, maxPx / Math.max(width, height));
  const [w, h] = [width, height].map((side) => Math.max(1, Math.round(side * ratio)));
  const place = fit === "cover" ? `&pos=${encodeURIComponent(position)}` : "";
  return `w=${w}&h=${h}&fit=${fit}${place}&frames=1&q=90`;
}

function betterFormat({ body, type }: RenderedImage): string | undefined {
  if (type === "image/jpeg") return undefined;
  if (type !== "image/png") return "&f=png";
  return body.byteLength > largePng && isOpaquePng(body) ? "&f=jpeg" : undefined;
}

/** Colour type 0 or 2: grey or RGB without alpha (PNG §11.2.1). */
const isOpaquePng = (body: Uint8Array): boolean => body[25] === 0 || body[25] === 2;

/** The same bytes are the same picture: an image from memory need not be written as text again. */
const sources = new WeakMap<Uint8Array, string>();

/** A covered slot is filled; a picture inside one has its own shape, not larger than it is. */
function toPicture({ body, type, width = 1, height = 1 }: RenderedImage, slot: PictureSlot): CardPicture {
  const src = sources.get(body) ?? `data:${type};base64,${Buffer.from(body).toString("base64")}`;
  sources.set(body, src);
  if (slot.fit !== "inside") return { src, width: slot.width, height: slot.height };
  const ratio = Math.min(1, slot.width / width, slot.height / height);
  return { src, width: Math.round(width * ratio), height: Math.round(height * ratio) };
}
