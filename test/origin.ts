/** An origin that a test steers: what it answers, how often it was asked, whether it is down. As a source plugin, so that no socket is needed. */
import * as v from "valibot";
import { type LoadContext, type Original, type PluginOf, source } from "../core/plugin.ts";

export interface Origin {
  readonly plugin: PluginOf<"source">;
  /** Images by ref. A missing one is a 404. */
  readonly images: Map<string, Uint8Array>;
  /** Refs in the order in which they were loaded. */
  readonly loads: string[];
  /** Loads that the origin answered with `unchanged`. */
  unchanged: number;
  /** What `load` does in place of answering, if set. */
  fail: ((ref: string, context: LoadContext) => Promise<Original | null>) | undefined;
  /** `Cache-Control: max-age` of its answers. */
  maxAgeS: number | undefined;
  /** `Cache-Control: private`. */
  isPrivate: boolean;
}

/** A source named `origin`; its `ETag` is the length and the first bytes of an image. */
export function createOrigin(): Origin {
  const origin: Origin = {
    images: new Map(),
    loads: [],
    unchanged: 0,
    fail: undefined,
    maxAgeS: undefined,
    isPrivate: false,
    plugin: source({
      name: "origin",
      options: v.object({}),
      setup: () => ({ load: (ref, context) => load(origin, ref, context) }),
    }),
  };
  return origin;
}

async function load(origin: Origin, ref: string, context: LoadContext): Promise<Original | "unchanged" | null> {
  origin.loads.push(ref);
  if (origin.fail) return origin.fail(ref, context);
  const body = origin.images.get(ref);
  if (!body) return null;
  const etag = `"${body.length}-${body.slice(-24).join("")}"`;
  if (context.previous?.etag === etag) {
    origin.unchanged += 1;
    return "unchanged";
  }
  return { body, etag, maxAgeS: origin.maxAgeS, isPrivate: origin.isPrivate, noStale: origin.isPrivate };
}
