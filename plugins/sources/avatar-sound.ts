/** Whether a link's picture can be shown: one that was cut off on its way would be an error where the next link or the default belongs. */
import { CameoError, type Original, type SourceHost } from "cameo/plugin";

/** What an image looks like that nothing can be made from. */
const unusable: ReadonlySet<string> = new Set(["broken-image", "unsupported-type", "too-many-pixels", "too-slow"]);

/** Small, and cheap to make; kept by the link's mount. */
const glance = "w=16&frames=1&f=png";

/** Only what has no end as its format demands is tried, since that costs a rendering. Throws only the reason of `signal`. */
export async function isSound(
  { body, drawing }: Original,
  path: string,
  host: Pick<SourceHost, "render">,
  signal: AbortSignal,
): Promise<boolean> {
  if (drawing || isWhole(body)) return true;
  try {
    await host.render(`${path}${path.includes("?") ? "&" : "?"}${glance}`, { signal });
    return true;
  } catch (error) {
    signal.throwIfAborted();
    return !(error instanceof CameoError && unusable.has(error.code));
  }
}

/** Some writers fill up a file behind its end; in bytes. */
const slack = 64;

/** Whether JPEG, PNG, GIF or WebP has its end. Nothing is known of other formats. */
export function isWhole(body: Uint8Array): boolean {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const start = bytes.subarray(0, 4).toString("latin1");
  const end = bytes.subarray(-slack).toString("latin1");
  if (start.startsWith("\xff\xd8")) return end.includes("\xff\xd9");
  if (start === "\x89PNG") return end.includes("IEND");
  if (start === "GIF8") return /;\0*$/.test(end);
  return start === "RIFF" && bytes.length >= 12 && bytes.readUInt32LE(4) + 8 <= bytes.length;
}
