/**
 * Host patterns of an allow-list. Pure.
 * `example.com` is that host alone, `*.example.com` any host below it but not itself, `*` any host; `:8080` at the end
 * binds the port too.
 */

interface HostPattern {
  /** As `URL.hostname` spells it, without a dot at the end. */
  readonly host: string;
  readonly isBelow: boolean;
  readonly port: string | undefined;
}

const shape = /^(\*\.)?(\*|\[[0-9a-f:.]+\]|[^\s*:/?#@%[\]\\]+)(?::(\d{1,5}))?$/i;

function parsePattern(pattern: string): HostPattern | undefined {
  const [, below, name = "", port] = shape.exec(pattern) ?? [];
  const isAny = name === "*";
  const host = isAny ? "*" : canonicalHost(name);
  if (host === "" || (isAny && below) || Number(port ?? 1) < 1 || Number(port ?? 1) > 65535) return undefined;
  return { host, isBelow: below !== undefined, port: port === undefined ? undefined : String(Number(port)) };
}

/** Lower case, punycode, decimal IPv4: the spelling that `URL` gives. Empty if it is no host. */
function canonicalHost(name: string): string {
  return URL.canParse(`http://${name}`) ? hostOf(new URL(`http://${name}`)) : "";
}

/** The host of a URL without the dot at its end, which names the same host. */
export const hostOf = (url: URL): string => url.hostname.replace(/\.$/, "");

const portOf = (url: URL): string => url.port || (url.protocol === "https:" ? "443" : "80");

/** Whether `text` is a pattern; for checking settings. */
export function isHostPattern(text: string): boolean {
  return parsePattern(text) !== undefined;
}

/**
 * Whether one of `patterns` takes the URL's host and port. A text that is not a pattern takes nothing; so does an
 * empty list.
 */
export function isHostAllowed(url: URL, patterns: readonly string[]): boolean {
  const host = hostOf(url);
  return patterns.some((text) => {
    const pattern = parsePattern(text);
    if (!pattern || (pattern.port !== undefined && pattern.port !== portOf(url))) return false;
    if (pattern.host === "*") return true;
    return pattern.isBelow ? host.endsWith(`.${pattern.host}`) : host === pattern.host;
  });
}
