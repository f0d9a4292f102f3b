/**
 * Gravatar, as a link of the avatar chain: a mount of its own, usually internal.
 *
 *     original("/gravatar/0bc83cb571cd1c50ba6f3e8a78ef1346?r=g")
 *
 * Each picture is fetched once, at one size, and made smaller here. https://docs.gravatar.com/sdk/images/
 */
import { bytes, type SourceHost, source } from "cameo/plugin";
import * as v from "valibot";

/** What an avatar may have: 5 MiB. */
const avatarBytes = 5 * 2 ** 20;

const options = v.object({
  base: v.pipe(
    v.optional(v.pipe(v.string(), v.url()), "https://gravatar.com"),
    v.description("Where it is, without `/avatar`, for a mirror or a service that speaks like it."),
  ),
  sizePx: v.pipe(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2048)), 512),
    v.description("Size at which a picture is fetched, in pixels, 1 to 2048."),
  ),
  freshS: v.pipe(
    v.optional(v.pipe(v.number(), v.minValue(0)), 3600),
    v.description("How long a picture is fresh, in seconds, before Gravatar is asked whether it has changed."),
  ),
  maxBytes: v.pipe(v.optional(bytes, avatarBytes), v.description("Largest picture, in bytes.")),
});

export default source({
  name: "gravatar",
  options,
  query: ["r"],
  setup({ base, sizePx, freshS, maxBytes }, host) {
    return {
      normalize: (ref) => normalize(ref, host),
      async load(ref, { signal, previous, query }) {
        const url = new URL(`${base.replace(/\/*$/, "")}/avatar/${normalize(ref, host)}`);
        url.search = new URLSearchParams({ s: String(sizePx), d: "404", r: ratingOf(query.r) }).toString();
        const since = previous?.lastModified;
        const headers = { accept: "image/*", ...(since === undefined ? {} : { "if-modified-since": since }) };
        const found = await host.toOriginal(await host.fetch(url, { signal, headers, maxBytes }));
        return found === null || found === "unchanged" ? found : { ...found, maxAgeS: freshS };
      },
    };
  },
});

/** Gravatar's own words; what is none of them is the strictest. */
const ratingOf = (text: string | undefined): string => (["pg", "r", "x"].includes(text ?? "") ? (text ?? "g") : "g");

function normalize(ref: string, host: SourceHost): string {
  const hash = ref.toLowerCase();
  if (/^([0-9a-f]{32}|[0-9a-f]{64})$/.test(hash)) return hash;
  throw host.fail("bad-request", "The path must be the MD5 or SHA-256 of an e-mail address, in hex.");
}
