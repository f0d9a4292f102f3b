/** store: `Rendered` → cache entry → tiers, after the response is on its way. A failure there is logged and counted, never shown. */
import { createHash } from "node:crypto";
import type { Ticket } from "../cache/cache.ts";
import type { Entry } from "../cache/entry.ts";
import type { Rendered } from "../image.ts";
import type { Services } from "../pipeline.ts";
import type { Fetched } from "./fetch.ts";
import type { ImageRequest } from "./resolve.ts";

/** The entry of a finished variant; it is fresh as long as the original that it was made from. */
export function toEntry(
  { body, type, width, height, frames, remarks = [] }: Rendered,
  { origin, times }: Fetched,
): Entry {
  const sha256 = createHash("sha256").update(body).digest("hex");
  const { storedAt, freshUntil, staleUntil } = times;
  return {
    header: {
      kind: "variant",
      type,
      etag: `"${sha256.slice(0, 32)}"`,
      sha256,
      storedAt,
      freshUntil,
      staleUntil,
      origin,
      width,
      height,
      frames,
      ...(remarks.length > 0 ? { facts: { remarks: remarks.join("\n") } } : {}),
    },
    body,
  };
}

/** Memory at once, slower tiers in the background; dropped if the source was purged since `ticket`. */
export function store(request: ImageRequest, entry: Entry, services: Services, ticket: Ticket): void {
  void services.cache.set(request.keys.variant, entry, ticket);
}
