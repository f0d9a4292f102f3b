/**
 * Photos of an Unsplash-like service, by topic and number or by their own ID.
 *
 *     /gallery/mountains/42?w=600            the 42nd photo of a topic
 *     /gallery/Dwu85P9SOIk?rendition=full    one photo, from its largest file
 *
 * The service wants a key in a header, gives lists page by page and counts requests: https://unsplash.com/documentation
 */
import { isHostPattern, type SourceHost, source } from "cameo/plugin";
import * as v from "valibot";
import { createApi } from "./api.ts";
import { photoAt, photoById } from "./photos.ts";

const renditions = ["raw", "full", "regular", "small", "thumb"] as const;

const options = v.object({
  key: v.pipe(v.string(), v.minLength(1), v.description("Access key of the service. Sent to `base` alone.")),
  base: v.pipe(
    v.optional(v.pipe(v.string(), v.url()), "https://api.unsplash.com"),
    v.description("Address of the API."),
  ),
  images: v.pipe(
    v.optional(v.array(v.pipe(v.string(), v.check(isHostPattern, "takes example.com or *.example.com"))), [
      "images.unsplash.com",
      "plus.unsplash.com",
    ]),
    v.description("Hosts that photos may come from."),
  ),
  rendition: v.pipe(
    v.optional(v.picklist(renditions), "regular"),
    v.description("Which file of a photo is fetched where the URL does not say: the smaller, the faster."),
  ),
  perPage: v.pipe(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)), 30),
    v.description("Photos to ask for in one request; a service may give fewer."),
  ),
});

export default source({
  name: "gallery",
  contract: 1,
  options,
  query: ["rendition"],
  setup({ key, base, images, rendition, perPage }, host) {
    const api = createApi({ base, key }, host);
    const normalize = (ref: string) => normalizeRef(ref, host);
    return {
      normalize,
      async load(ref, { signal, previous, query }) {
        const wanted = query.rendition ?? rendition;
        if (!renditions.some((each) => each === wanted)) throw badRendition(wanted, host);
        const [topic = "", index] = normalize(ref).split("/");
        const photo =
          index === undefined
            ? await photoById(api, topic, signal)
            : await photoAt(api, { topic, index: Number(index), perPage }, signal);
        const url = photo?.urls[wanted];
        if (url === undefined) return null;
        const headers = {
          accept: "image/*",
          ...(previous?.etag === undefined ? {} : { "if-none-match": previous.etag }),
        };
        return host.toOriginal(await host.fetch(url, { signal, headers, allow: images }));
      },
    };
  },
});

/** `topic/00042` is `topic/42`. */
function normalizeRef(ref: string, host: SourceHost): string {
  const [, name, index] = /^([\w-]{1,64})(?:\/0*([1-9]\d{0,5}))?$/.exec(ref) ?? [];
  if (name !== undefined) return index === undefined ? name : `${name}/${index}`;
  throw host.fail(
    "bad-request",
    "The path must be a photo's ID, or a topic and a number from 1, such as mountains/42.",
  );
}

const badRendition = (got: string, host: SourceHost): Error =>
  host.fail("bad-parameter", `"rendition" got "${got.slice(0, 40)}"; it takes one of ${renditions.join(", ")}.`, {
    fields: { parameter: "rendition", takes: renditions.join(", ") },
  });
