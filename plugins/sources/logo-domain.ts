/** Domains: the one spelling of each, which belong together, and what a company is called by its own. Pure. */
import { domainToUnicode } from "node:url";

/** RFC 1035 §2.3.4. */
const longestDomain = 253;

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * `https://WWW.Bücher.example./a` → `xn--bcher-kva.example`. A domain, or a whole URL, whose host counts; without `www.`, which names the same company.
 * `undefined` for what is neither: an address, a single label, a port, a user name.
 */
export function readDomain(text: string): string | undefined {
  const trimmed = text.trim();
  const isUrl = /^https?:\/+/i.test(trimmed);
  if (!trimmed.isWellFormed() || /[\p{Cc}\\]/u.test(trimmed) || (!isUrl && /[/?#@:%[\]\s]/.test(trimmed)))
    return undefined;
  // Some proxies merge the slashes of a URL in a path.
  const url = isUrl ? trimmed.replace(/^(https?):\/+/i, "$1://") : `https://${trimmed}`;
  return URL.canParse(url) ? domainOf(new URL(url)) : undefined;
}

function domainOf({ hostname, username, password, port }: URL): string | undefined {
  if (username !== "" || password !== "" || port !== "") return undefined;
  const host = withoutWww(hostname.replace(/\.$/, ""));
  const labels = host.split(".");
  const isName = labels.length > 1 && labels.every((each) => label.test(each)) && !/^\d+$/.test(labels.at(-1) ?? "");
  return isName && host.length <= longestDomain ? host : undefined;
}

function withoutWww(host: string): string {
  const rest = host.replace(/^(www\.)+/, "");
  return rest.includes(".") ? rest : host;
}

/**
 * Whether one host is the other, above it or beside it: `example.com`, `www.example.com`, `login.example.com`. What counts as a company's own name is told
 * from `co.uk` by its length, without a list; being wrong shows the logo to which the site itself leads.
 */
export function isSameSite(one: string, other: string): boolean {
  if (one === other || one.endsWith(`.${other}`) || other.endsWith(`.${one}`)) return true;
  return ownName(one) === ownName(other);
}

/** `shop.example.co.uk` → `example.co.uk`. */
function ownName(host: string): string {
  const labels = host.split(".");
  const [second = "", top = ""] = labels.slice(-2);
  const isShared = top.length === 2 && second.length <= 3 && labels.length > 2;
  return labels.slice(isShared ? -3 : -2).join(".");
}

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

/** What a mark shows of `mail.example.com`: `E`; in the domain's own script. */
export function letterOf(domain: string): string {
  const name = domainToUnicode(ownName(domain)) || domain;
  const [first] = graphemes.segment(name);
  return (first?.segment ?? "").slice(0, 16).toUpperCase();
}
