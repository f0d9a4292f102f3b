/** Settings of the source `logo`. */
import { isHostPattern } from "cameo/plugin";
import * as v from "valibot";
import { readDomain } from "./logo-domain.ts";
import { knownServices } from "./logo-services.ts";

const about = v.description;

const isDomainPattern = (text: string): boolean => isHostPattern(text) && !/[:[\]]/.test(text);
const pattern = v.pipe(v.string(), v.check(isDomainPattern, "takes example.com, *.example.com or *"));

const domain = v.pipe(
  v.string(),
  v.check((text) => readDomain(text) !== undefined, "takes a domain such as example.com"),
  v.transform((text) => readDomain(text) ?? ""),
);

const isPicture = (text: string): boolean =>
  /^https?:\/\//i.test(text) ? URL.canParse(text) : /^[^/?#\s]+\/[^?#\s]/.test(text);
const picture = v.pipe(
  v.string(),
  v.check(isPicture, "takes another mount's picture such as images/acme.svg, or a URL"),
);

const seconds = v.pipe(v.number(), v.minValue(0));
const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(30_000));
const text = v.pipe(v.string(), v.minLength(1));

const service = v.union([
  v.picklist(knownServices),
  v.pipe(
    v.strictObject({
      name: v.optional(v.pipe(v.string(), v.regex(/^[\w.-]{1,40}$/, "takes letters, digits, `.`, `_` and `-`"))),
      url: v.optional(
        v.pipe(
          v.string(),
          v.regex(/^https?:\/\/[^/]+\/.*\{domain\}/, "takes a URL with {domain} in its path or query"),
        ),
      ),
      token: v.optional(text),
      tokenFile: v.optional(text),
      headers: v.optional(v.record(v.string(), v.string())),
    }),
    v.check(
      ({ name, url }) => url !== undefined || knownServices.some((each) => each === name),
      `takes a \`url\` with {domain}, or as \`name\` one of ${knownServices.join(", ")}`,
    ),
  ),
]);

export const options = v.object({
  allow: v.pipe(
    v.optional(v.array(pattern), []),
    about(
      "Domains that need no signature, such as `example.com` and `*.example.com`; `*` is every domain. Default none.",
    ),
  ),
  logos: v.pipe(
    v.optional(
      v.record(
        v.string(),
        v.union([picture, v.strictObject({ light: v.optional(picture), dark: v.optional(picture) })]),
      ),
      {},
    ),
    v.check(
      (all) => Object.keys(all).every((each) => readDomain(each) !== undefined),
      "takes domains such as example.com as names",
    ),
    about(
      "Logos that you know better, by domain: another mount's picture (`images/acme.svg`) or a URL; or `{ light, dark }`, for each kind of page.",
    ),
  ),
  names: v.pipe(
    v.optional(v.record(v.string(), domain), {}),
    about('Domains by company name, for `?company=` and `/logo/acme`: `{ "acme": "acme.example" }`.'),
  ),
  default: v.pipe(
    v.optional(v.union([v.picklist(["letter", "404"]), picture]), "letter"),
    about(
      "What is shown where nothing is found: `letter`, `404`, or another mount's picture such as `images/company.svg`.",
    ),
  ),
  site: v.pipe(v.optional(v.boolean(), true), about("Whether the company's own site is asked.")),
  iconHosts: v.pipe(
    v.optional(v.array(pattern), ["*"]),
    about(
      "Hosts besides the site's own that its page may name for icons, since many have them at a CDN. Private networks are among them only where the mount's `allowPrivate` opens them.",
    ),
  ),
  services: v.pipe(
    v.optional(v.array(service), []),
    about(
      "Services that are asked where the site has no logo, or a tiny one: `duckduckgo`, `google`, or `{ name, url, token, tokenFile, headers }` with `{domain}` and `{token}` in `url` and headers; `logo.dev` needs a token. Each learns which domains are asked for. Default none.",
    ),
  ),
  deadlineMs: v.pipe(
    v.optional(milliseconds, 4000),
    about(
      "How long a client waits for a search, in milliseconds; then the default is shown, and the search goes on for the next one.",
    ),
  ),
  freshS: v.pipe(
    v.optional(seconds, 86_400),
    about(
      "How long a logo is fresh, in seconds, before it is looked for again. A site's own `Cache-Control` can shorten it to an hour.",
    ),
  ),
  missS: v.pipe(
    v.optional(seconds, 3600),
    about("How long a default is fresh, in seconds; a minute where the site was in trouble."),
  ),
});

export type LogoSettings = v.InferOutput<typeof options>;
