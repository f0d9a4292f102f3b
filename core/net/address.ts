/**
 * Which IP addresses may be contacted. Pure.
 *
 * Threat: an outsider makes the server fetch from its own network (loopback, private hosts, the cloud's metadata
 * service).
 * Layers: strict spelling (`isIP`), then IANA's special-purpose registries, then a default of *refused* for IPv6
 * outside 2000::/3, then every IPv4 address that an IPv6 address can carry. Ranges that the registry calls globally
 * reachable (anycast services, AS112) are refused too: no image lives there.
 * Residual risk: a public address that a network routes inwards; name it in the firewall.
 */
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Why an address is refused; `invalid` is text that is not one plain IP address. */
export type Refusal =
  | "unspecified"
  | "loopback"
  | "private"
  | "shared"
  | "link-local"
  | "metadata"
  | "multicast"
  | "broadcast"
  | "documentation"
  | "benchmarking"
  | "reserved"
  | "embedded"
  | "invalid";

type Range = readonly [cidr: string, refusal: Refusal, name: string, source: string];

/**
 * https://www.iana.org/assignments/iana-ipv4-special-registry, with multicast and one cloud's metadata service added.
 * First match wins.
 */
export const ipv4Ranges: readonly Range[] = [
  ["0.0.0.0/8", "unspecified", "This network", "RFC 791"],
  ["10.0.0.0/8", "private", "Private-Use", "RFC 1918"],
  ["100.100.100.200/32", "metadata", "Alibaba Cloud metadata", "inside RFC 6598"],
  ["100.64.0.0/10", "shared", "Shared Address Space", "RFC 6598"],
  ["127.0.0.0/8", "loopback", "Loopback", "RFC 1122"],
  ["168.63.129.16/32", "metadata", "Azure platform channel", "learn.microsoft.com, IP address 168.63.129.16"],
  ["169.254.169.254/32", "metadata", "Cloud metadata", "inside RFC 3927"],
  ["169.254.0.0/16", "link-local", "Link Local", "RFC 3927"],
  ["172.16.0.0/12", "private", "Private-Use", "RFC 1918"],
  ["192.0.0.0/29", "reserved", "IPv4 Service Continuity Prefix", "RFC 7335"],
  ["192.0.0.8/32", "reserved", "IPv4 dummy address", "RFC 7600"],
  ["192.0.0.9/32", "reserved", "Port Control Protocol Anycast", "RFC 7723"],
  ["192.0.0.10/32", "reserved", "Traversal Using Relays around NAT Anycast", "RFC 8155"],
  ["192.0.0.170/31", "reserved", "NAT64/DNS64 Discovery", "RFC 8880"],
  ["192.0.0.192/32", "metadata", "Oracle Cloud metadata", "inside RFC 6890"],
  ["192.0.0.0/24", "reserved", "IETF Protocol Assignments", "RFC 6890"],
  ["192.0.2.0/24", "documentation", "Documentation (TEST-NET-1)", "RFC 5737"],
  ["192.31.196.0/24", "reserved", "AS112-v4", "RFC 7535"],
  ["192.52.193.0/24", "reserved", "AMT", "RFC 7450"],
  ["192.88.99.0/24", "reserved", "6to4 and 6a44 Relay Anycast (deprecated)", "RFC 7526, RFC 6751"],
  ["192.168.0.0/16", "private", "Private-Use", "RFC 1918"],
  ["192.175.48.0/24", "reserved", "Direct Delegation AS112 Service", "RFC 7534"],
  ["198.18.0.0/15", "benchmarking", "Benchmarking", "RFC 2544"],
  ["198.51.100.0/24", "documentation", "Documentation (TEST-NET-2)", "RFC 5737"],
  ["203.0.113.0/24", "documentation", "Documentation (TEST-NET-3)", "RFC 5737"],
  ["224.0.0.0/4", "multicast", "Multicast", "RFC 5771"],
  ["255.255.255.255/32", "broadcast", "Limited Broadcast", "RFC 919"],
  ["240.0.0.0/4", "reserved", "Reserved", "RFC 1112"],
];

/**
 * https://www.iana.org/assignments/iana-ipv6-special-registry, with multicast and retired ranges added. First match
 * wins.
 */
export const ipv6Ranges: readonly Range[] = [
  ["::/128", "unspecified", "Unspecified Address", "RFC 4291"],
  ["::1/128", "loopback", "Loopback Address", "RFC 4291"],
  ["::/96", "embedded", "IPv4-compatible (deprecated)", "RFC 4291"],
  ["::ffff:0:0/96", "embedded", "IPv4-mapped Address", "RFC 4291"],
  ["::ffff:0:0:0/96", "embedded", "IPv4-translated", "RFC 2765"],
  ["64:ff9b::/96", "embedded", "IPv4-IPv6 Translation", "RFC 6052"],
  ["64:ff9b:1::/48", "embedded", "IPv4-IPv6 Translation, local use", "RFC 8215"],
  ["100::/64", "reserved", "Discard-Only Address Block", "RFC 6666"],
  ["100:0:0:1::/64", "reserved", "Dummy IPv6 Prefix", "RFC 9780"],
  ["2001::/32", "embedded", "TEREDO", "RFC 4380"],
  ["2001:1::1/128", "reserved", "Port Control Protocol Anycast", "RFC 7723"],
  ["2001:1::2/128", "reserved", "Traversal Using Relays around NAT Anycast", "RFC 8155"],
  ["2001:1::3/128", "reserved", "DNS-SD Service Registration Protocol Anycast", "RFC 9665"],
  ["2001:2::/48", "benchmarking", "Benchmarking", "RFC 5180"],
  ["2001:3::/32", "reserved", "AMT", "RFC 7450"],
  ["2001:4:112::/48", "reserved", "AS112-v6", "RFC 7535"],
  ["2001:10::/28", "reserved", "ORCHID (deprecated)", "RFC 4843"],
  ["2001:20::/28", "reserved", "ORCHIDv2", "RFC 7343"],
  ["2001:30::/28", "reserved", "Drone Remote ID Protocol Entity Tags", "RFC 9374"],
  ["2001::/23", "reserved", "IETF Protocol Assignments", "RFC 2928"],
  ["2001:db8::/32", "documentation", "Documentation", "RFC 3849"],
  ["2002::/16", "embedded", "6to4", "RFC 3056"],
  ["2620:4f:8000::/48", "reserved", "Direct Delegation AS112 Service", "RFC 7534"],
  ["3ffe::/16", "reserved", "6bone (returned)", "RFC 3701"],
  ["3fff::/20", "documentation", "Documentation", "RFC 9637"],
  ["5f00::/16", "reserved", "Segment Routing (SRv6) SIDs", "RFC 9602"],
  ["fd00:ec2::254/128", "metadata", "AWS metadata", "inside RFC 4193"],
  ["fd20:ce::254/128", "metadata", "Google Cloud metadata", "inside RFC 4193"],
  ["fc00::/7", "private", "Unique-Local", "RFC 4193"],
  ["fe80::/10", "link-local", "Link-Local Unicast", "RFC 4291"],
  ["fec0::/10", "private", "Site-Local (deprecated)", "RFC 3879"],
  ["ff00::/8", "multicast", "Multicast", "RFC 4291"],
];

type Address = ReturnType<typeof ipaddr.parse>;

const globalUnicast = ipaddr.parseCIDR("2000::/3");
const parseRange = ([cidr, refusal]: Range) => ({ net: ipaddr.parseCIDR(cidr), refusal });
const tables = { ipv4: ipv4Ranges.map(parseRange), ipv6: ipv6Ranges.map(parseRange) } as const;

/**
 * `ipaddr.js` also takes `0x7f.1` and `010.0.0.1`, and a zone names an interface of this machine: `isIP` and the `%`
 * test refuse these first.
 */
function parse(ip: string): Address | undefined {
  return isIP(ip) === 0 || ip.includes("%") ? undefined : ipaddr.parse(ip);
}

const matches = (address: Address, [net, bits]: [Address, number]): boolean =>
  address.kind() === net.kind() && address.match(net as never, bits);

function refusalOf(address: Address): Refusal | undefined {
  const found = tables[address.kind()].find(({ net }) => matches(address, net));
  if (found) return found.refusal;
  return address.kind() === "ipv4" || matches(address, globalUnicast) ? undefined : "reserved";
}

/**
 * Where an IPv6 address of each kind carries IPv4: byte offsets. RFC 8215 leaves the layout open, so both usual ones
 * count.
 */
const carriers: readonly {
  readonly net: [Address, number];
  readonly at: readonly (readonly number[])[];
  readonly flip?: number;
}[] = [
  { net: ipaddr.parseCIDR("::/96"), at: [[12, 13, 14, 15]] },
  { net: ipaddr.parseCIDR("::ffff:0:0/96"), at: [[12, 13, 14, 15]] },
  { net: ipaddr.parseCIDR("::ffff:0:0:0/96"), at: [[12, 13, 14, 15]] },
  { net: ipaddr.parseCIDR("64:ff9b::/96"), at: [[12, 13, 14, 15]] },
  {
    net: ipaddr.parseCIDR("64:ff9b:1::/48"),
    at: [
      [12, 13, 14, 15],
      [6, 7, 9, 10],
    ],
  },
  { net: ipaddr.parseCIDR("2002::/16"), at: [[2, 3, 4, 5]] },
  { net: ipaddr.parseCIDR("2001::/32"), at: [[4, 5, 6, 7]] },
  { net: ipaddr.parseCIDR("2001::/32"), at: [[12, 13, 14, 15]], flip: 0xff },
];

/** ISATAP (RFC 5214): with whatever prefix, then 0000:5efe or 0200:5efe, then IPv4. */
const isIsatap = (bytes: readonly number[]): boolean =>
  (bytes[8] === 0 || bytes[8] === 2) && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;

/** The IPv4 addresses inside an IPv6 address. `::1` lies in `::/96` but carries nothing. */
function embedded(address: Address): Address[] {
  if (address.kind() === "ipv4") return [];
  const bytes = address.toByteArray();
  const pick = (at: readonly number[], flip = 0) => ipaddr.fromByteArray(at.map((index) => (bytes[index] ?? 0) ^ flip));
  const carrier = refusalOf(address) === "embedded" ? carriers.filter(({ net }) => matches(address, net)) : [];
  const found = carrier.flatMap(({ at, flip }) => at.map((each) => pick(each, flip)));
  return isIsatap(bytes) ? [...found, pick([12, 13, 14, 15])] : found;
}

/**
 * `public`, or why not. An address that carries a refused IPv4 address has that one's reason; other carriers are
 * `embedded`.
 */
export function classifyAddress(ip: string): "public" | Refusal {
  const address = parse(ip);
  if (!address) return "invalid";
  const own = refusalOf(address);
  if (own !== undefined && own !== "embedded") return own;
  return (
    embedded(address)
      .map(refusalOf)
      .find((each) => each !== undefined) ??
    own ??
    "public"
  );
}

/** Whether `text` is an address range such as `10.0.0.0/8`, or one address. */
export function isRange(text: string): boolean {
  return parseNet(text) !== undefined;
}

function parseNet(text: string): [Address, number] | undefined {
  const [ip = "", bits, ...rest] = text.split("/");
  const address = parse(ip);
  if (!address || rest.length > 0) return undefined;
  const size = address.kind() === "ipv4" ? 32 : 128;
  if (bits === undefined) return [address, size];
  return /^\d{1,3}$/.test(bits) && Number(bits) <= size ? [address, Number(bits)] : undefined;
}

/**
 * Whether `ip` may be contacted: public, or in one of the ranges that the operator opened. What an IPv6 address
 * carries must be allowed by itself, so opening `64:ff9b::/96` for a NAT64 network does not open 127.0.0.1 behind it.
 * A text that is not a range opens nothing.
 */
export function isAllowedAddress(ip: string, allowPrivate: readonly string[]): boolean {
  const address = parse(ip);
  if (!address) return false;
  const opened = allowPrivate.map(parseNet).filter((net) => net !== undefined);
  return [address, ...embedded(address)].every(
    (each) => refusalOf(each) === undefined || opened.some((net) => matches(each, net)),
  );
}
