/**
 * Avatars of a GitLab instance, by email address.
 *
 *     /avatars/ada@example.com?w=96
 *
 * GitLab answers the address of the picture, its own or Gravatar's: https://docs.gitlab.com/api/avatar/
 * The token goes to `base` alone; email addresses stay out of the log.
 */
import { isHostPattern, type SourceHost, source } from "cameo/plugin";
import * as v from "valibot";

const options = v.object({
  base: v.pipe(
    v.optional(v.pipe(v.string(), v.url()), "https://gitlab.com"),
    v.description("Address of the GitLab instance."),
  ),
  token: v.pipe(
    v.optional(v.string()),
    v.description("Access token with the scope `read_user`, for an instance that shows no avatars to the public."),
  ),
  default: v.pipe(
    v.optional(v.picklist(["404", "mp", "identicon", "monsterid", "wavatar", "retro", "robohash", "blank"]), "404"),
    v.description("What Gravatar gives to an address that it does not know; `404` makes it a 404 here too."),
  ),
  allow: v.pipe(
    v.optional(v.array(v.pipe(v.string(), v.check(isHostPattern, "takes example.com or *.example.com"))), [
      "*.gravatar.com",
    ]),
    v.description("Hosts besides `base` that avatars may come from."),
  ),
});
type Options = v.InferOutput<typeof options>;

export default source({
  name: "gitlab",
  contract: 1,
  options,
  setup(settings, host) {
    const base = new URL(settings.base.replace(/\/*$/, "/"));
    const secrets = settings.token === undefined ? {} : { "private-token": settings.token };
    const headersFor = (url: URL) => (url.origin === base.origin ? secrets : {});
    const allow = [base.host, ...settings.allow];
    const normalize = (ref: string) => normalizeEmail(ref, host);
    return {
      normalize,
      async load(ref, { signal, previous }) {
        const api = new URL("api/v4/avatar", base);
        api.search = String(new URLSearchParams({ email: normalize(ref) }));
        const answer = await host.fetch(api, { signal, headers: headersFor(api), allow: [base.host] });
        const url = await avatarUrl(answer, base, settings, host);
        if (!url) return null;
        const validators = previous?.etag === undefined ? {} : { "if-none-match": previous.etag };
        const headers = { accept: "image/*", ...headersFor(url), ...validators };
        return host.toOriginal(await host.fetch(url, { signal, headers, allow }));
      },
    };
  },
});

function normalizeEmail(ref: string, host: SourceHost): string {
  const email = ref.trim().toLowerCase();
  if (/^[^\s@/\\\p{Cc}]{1,64}@[^\s@/\\\p{Cc}]{1,255}$/u.test(email)) return email;
  throw host.fail("bad-request", "The path must be one email address, such as ada@example.com.");
}

async function avatarUrl(answer: Response, base: URL, settings: Options, host: SourceHost): Promise<URL | undefined> {
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw refusal(answer, host);
  const said = v.safeParse(
    v.object({ avatar_url: v.nullable(v.string()) }),
    await answer.json().catch(() => undefined),
  );
  if (!said.success)
    throw host.fail("origin-failed", "GitLab did not answer as its API does; check the mount's `base`.");
  const text = said.output.avatar_url;
  if (text === null || !URL.canParse(text, base)) return undefined;
  const url = new URL(text, base);
  if (/(^|\.)gravatar\.com$/.test(url.hostname)) url.searchParams.set("d", settings.default);
  return url;
}

const reasons: Readonly<Record<number, string>> = {
  401: "GitLab does not accept the token; the operator has to renew the mount's `token`.",
  403: "GitLab shows avatars only to those with a token; the operator has to set the mount's `token`.",
  429: "GitLab limits the rate of requests; try again later.",
};

function refusal({ status, headers }: Response, host: SourceHost): Error {
  const afterS = Number(headers.get("retry-after") ?? Number.NaN);
  return host.fail("origin-failed", reasons[status] ?? `GitLab answered ${status}; try again later.`, {
    fields: { originStatus: status },
    ...(afterS >= 0 ? { retryAfterS: afterS } : {}),
  });
}
