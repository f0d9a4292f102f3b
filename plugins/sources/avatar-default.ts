/** What is shown where nobody has a picture: drawn here, a card with letters, or another's picture by URL. */
import { createHash } from "node:crypto";
import { type Drawing, isHostAllowed, type Original, type SourceHost } from "cameo/plugin";
import * as v from "valibot";
import { type ArtKind, drawAvatar, paletteOf } from "./avatar-art.ts";
import { inTime } from "./avatar-chain.ts";

type Theme = "light" | "dark";

/** Older than any picture of a person, so that one that comes later is newer (RFC 9110 §13.1.3). */
const artDate = new Date(Date.UTC(2000, 0, 1)).toUTCString();

const sidePx = 512;

export interface DefaultParts {
  readonly host: SourceHost;
  /** Mount that fetches `d=https://…`. */
  readonly remote: string;
  /** Hosts of such URLs. Default: what the mount allows. */
  readonly allow?: readonly string[] | undefined;
  readonly deadlineMs: number;
}

export interface DefaultAsk {
  /** Art kind, `initials` or a URL. */
  readonly kind: string;
  /** What makes one person's default another than the next one's. */
  readonly seed: string;
  readonly theme: Theme;
  readonly initials: string;
  readonly signal: AbortSignal;
}

/** With `maxAgeS` only where trouble stood in the way. */
export async function makeDefault(ask: DefaultAsk, parts: DefaultParts): Promise<Original> {
  if (/^https?:/.test(ask.kind)) return (await fetchDefault(ask, parts)) ?? soon(draw("mp", ask));
  if (ask.kind === "initials") return drawInitials(ask, parts.host) ?? draw("mp", ask);
  return draw(ask.kind as ArtKind, ask);
}

/** Looked at again after this time, in seconds. */
export const retryS = 60;

export const soon = (original: Original): Original => ({
  ...original,
  maxAgeS: Math.min(original.maxAgeS ?? retryS, retryS),
  noStale: true,
  isStopgap: true,
});

function draw(kind: ArtKind, { seed, theme }: DefaultAsk): Original {
  const body = new TextEncoder().encode(drawAvatar(kind, seed, theme));
  const etag = createHash("sha256").update(body).digest("hex").slice(0, 32);
  return { body, etag, lastModified: artDate, isLocal: true, by: `default:${kind}` };
}

export const initialsTemplate = "template.initials";

/** `undefined` where there are no letters, or no template that draws them. */
function drawInitials({ seed, theme, initials }: DefaultAsk, host: SourceHost): Original | undefined {
  const template = host.templates().find(({ id, isDisabled }) => id === initialsTemplate && !isDisabled);
  if (!template || initials === "") return undefined;
  const { background, foreground } = paletteOf(seed, theme);
  const parameters = v.safeParse(template.definition.parameters, { initials, background, foreground });
  if (!parameters.success) return undefined;
  const drawing: Drawing = {
    template: template.id,
    parameters: parameters.output,
    size: { width: sidePx, height: sidePx },
    theme,
    brand: brandOf(background, foreground),
    pictures: {},
  };
  const etag = createHash("sha256")
    .update(JSON.stringify([template.hash, drawing]))
    .digest("hex")
    .slice(0, 32);
  return { body: new Uint8Array(), drawing, etag, lastModified: artDate, by: "default:initials" };
}

function brandOf(background: string, text: string): Drawing["brand"] {
  const colors = { background, surface: background, text, muted: text, accent: text, onAccent: background };
  return {
    colors: { light: colors, dark: colors },
    fonts: { heading: "Inter", body: "Inter" },
    cornerPx: 0,
    pattern: "none",
  };
}

/** Its bytes, never a redirect to it. As the stranger that named it, so that the mount's allow-list holds. */
async function fetchDefault({ kind, signal }: DefaultAsk, parts: DefaultParts): Promise<Original | null> {
  const { host, remote, allow, deadlineMs } = parts;
  if (allow && !isHostAllowed(new URL(kind), allow)) return null;
  const work = host.original(`/${remote}/${encodeURIComponent(kind)}`, { as: "stranger" });
  const ends = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const found = await inTime(work, ends).catch((error: unknown) => {
    signal.throwIfAborted();
    host.log.debug("A default picture by URL cannot be had", { cause: error });
    return null;
  });
  return found && { ...found, isLocal: true, by: "default:url", lastModified: found.lastModified ?? artDate };
}
