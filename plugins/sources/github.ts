/**
 * Pictures of GitHub users and organisations, as a link of the avatar chain: `/avatar/github/octocat`.
 *
 *     original("/github/octocat")
 *
 * The address sends on to avatars.githubusercontent.com, which the guard follows.
 */
import { bytes, type SourceHost, source } from "cameo/plugin";
import * as v from "valibot";

const avatarBytes = 5 * 2 ** 20;

const options = v.object({
  base: v.pipe(
    v.optional(v.pipe(v.string(), v.url()), "https://github.com"),
    v.description("Where it is, for a GitHub Enterprise Server."),
  ),
  sizePx: v.pipe(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2048)), 460),
    v.description("Size at which a picture is fetched, in pixels. GitHub itself has none over 460."),
  ),
  freshS: v.pipe(
    v.optional(v.pipe(v.number(), v.minValue(0)), 3600),
    v.description("How long a picture is fresh, in seconds, before GitHub is asked whether it has changed."),
  ),
  maxBytes: v.pipe(v.optional(bytes, avatarBytes), v.description("Largest picture, in bytes.")),
});

/** Letters, digits and single dashes, at most 39; managed users have an underscore and their company's short code. */
const login = /^(?=.{1,39}$)[a-z0-9]+(-[a-z0-9]+)*(_[a-z0-9]+)?$/;

export default source({
  name: "github",
  options,
  setup({ base, sizePx, freshS, maxBytes }, host) {
    return {
      normalize: (ref) => normalize(ref, host),
      async load(ref, { signal, previous }) {
        const url = `${base.replace(/\/*$/, "")}/${normalize(ref, host)}.png?size=${sizePx}`;
        const headers = {
          accept: "image/*",
          ...(previous?.etag === undefined ? {} : { "if-none-match": previous.etag }),
          ...(previous?.lastModified === undefined ? {} : { "if-modified-since": previous.lastModified }),
        };
        const found = await host.toOriginal(await host.fetch(url, { signal, headers, maxBytes }));
        return found === null || found === "unchanged" ? found : { ...found, maxAgeS: freshS };
      },
    };
  },
});

function normalize(ref: string, host: SourceHost): string {
  const name = ref.toLowerCase();
  if (login.test(name)) return name;
  throw host.fail("bad-request", "The path must be a GitHub login, such as octocat.");
}
