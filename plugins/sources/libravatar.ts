/**
 * Libravatar, as a link of the avatar chain: the server of the e-mail's own domain where it has one, else the common one.
 *
 *     original("/libravatar/0bc83cb571cd1c50ba6f3e8a78ef1346")
 *     original("/libravatar/0bc83cb571cd1c50ba6f3e8a78ef1346@example.org")
 *
 * https://wiki.libravatar.org/api/ · A domain's owner chooses the server, so every request goes through the guard.
 */
import { bytes, type SourceHost, source } from "cameo/plugin";
import * as v from "valibot";
import { createResolveSrv, createServerFinder, type ResolveSrv } from "./libravatar-srv.ts";

const avatarBytes = 5 * 2 ** 20;

const options = v.object({
  base: v.pipe(
    v.optional(v.pipe(v.string(), v.url()), "https://seccdn.libravatar.org"),
    v.description("Server of those whose domain has none."),
  ),
  federation: v.pipe(
    v.optional(v.boolean(), true),
    v.description("Whether a domain may name its own server, by SRV records."),
  ),
  dnsMs: v.pipe(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(60_000)), 1500),
    v.description("Time to look for a domain's server, in milliseconds; then `base` is asked."),
  ),
  sizePx: v.pipe(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(512)), 512),
    v.description("Size at which a picture is fetched, in pixels, 1 to 512."),
  ),
  freshS: v.pipe(
    v.optional(v.pipe(v.number(), v.minValue(0)), 3600),
    v.description("How long a picture is fresh, in seconds, before it is asked whether it has changed."),
  ),
  maxBytes: v.pipe(v.optional(bytes, avatarBytes), v.description("Largest picture, in bytes.")),
});

/** With another way to look for SRV records than the system's. */
export const libravatar = (resolveSrv?: ResolveSrv) =>
  source({
    name: "libravatar",
    options,
    setup(settings, host) {
      const { base, sizePx, freshS, maxBytes, dnsMs } = settings;
      const findServer = createServerFinder({
        resolveSrv: resolveSrv ?? createResolveSrv(dnsMs),
        dnsMs,
        now: () => host.now(),
        random: Math.random,
      });
      return {
        normalize: (ref) => normalize(ref, host),
        async load(ref, { signal, previous }) {
          const [hash = "", domain = ""] = normalize(ref, host).split("@");
          const server = settings.federation && domain !== "" ? await findServer(domain) : undefined;
          const url = `${(server ?? base).replace(/\/*$/, "")}/avatar/${hash}?s=${sizePx}&d=404`;
          const since = previous?.lastModified;
          const headers = { accept: "image/*", ...(since === undefined ? {} : { "if-modified-since": since }) };
          const found = await host.toOriginal(await host.fetch(url, { signal, headers, maxBytes }));
          return found === null || found === "unchanged" ? found : { ...found, maxAgeS: freshS };
        },
      };
    },
  });

export default libravatar();

const domainName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/;

/** The hash, and the domain as name servers spell it. */
function normalize(ref: string, host: SourceHost): string {
  const [hash = "", ...rest] = ref.toLowerCase().split("@");
  const domain = rest.length === 1 ? asciiOf(rest[0] ?? "") : "";
  const isWhole = /^([0-9a-f]{32}|[0-9a-f]{64})$/.test(hash) && (rest.length === 0 || domainName.test(domain));
  if (isWhole) return rest.length === 0 ? hash : `${hash}@${domain}`;
  throw host.fail("bad-request", "The path must be the hash of an e-mail address, or `hash@domain`.");
}

const asciiOf = (domain: string): string =>
  /^[^\s/:?#@\\[\]%]+$/.test(domain) && URL.canParse(`http://${domain}`) ? new URL(`http://${domain}`).hostname : "";
