import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { classifyAddress, ipv4Ranges, ipv6Ranges, isAllowedAddress, isRange } from "../../../core/net/address.ts";

const toIpv4 = (value: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
const toIpv6 = (value: bigint): string => value.toString(16).padStart(32, "0").match(/.{4}/g)?.join(":") ?? "";

function fromIpv6(text: string): bigint {
  const [head = "", tail = ""] = text.split("::");
  const words = (part: string) => (part === "" ? [] : part.split(":"));
  const missing = text.includes("::") ? 8 - words(head).length - words(tail).length : 0;
  const all = [...words(head), ...Array<string>(missing).fill("0"), ...words(tail)];
  return all.reduce((sum, word) => (sum << 16n) + BigInt(`0x${word}`), 0n);
}

const fromIpv4 = (text: string): bigint => text.split(".").reduce((sum, byte) => (sum << 8n) + BigInt(byte), 0n);

/** First and last address of a range, and the ones just outside, from arithmetic of our own. */
function edgesOf(cidr: string): { inside: string[]; outside: string[] } {
  const [net = "", bits = ""] = cidr.split("/");
  const isIpv6 = net.includes(":");
  const size = isIpv6 ? 128n : 32n;
  const span = 1n << (size - BigInt(bits));
  const first = isIpv6 ? fromIpv6(net) : fromIpv4(net);
  const print = isIpv6 ? toIpv6 : toIpv4;
  const last = first + span - 1n;
  const around = [first - 1n, last + 1n].filter((each) => each >= 0n && each < 1n << size);
  return { inside: [first, first + span / 2n, last].map(print), outside: around.map(print) };
}

for (const [cidr, refusal, name] of [...ipv4Ranges, ...ipv6Ranges]) {
  test(`classifyAddress() refuses the first, middle and last address of ${cidr}, ${name} (${refusal})`, () => {
    for (const ip of edgesOf(cidr).inside) {
      assert.notEqual(classifyAddress(ip), "public", ip);
      assert.equal(isAllowedAddress(ip, []), false, ip);
    }
  });
}

/** Written out by hand from the registries, so that a slip in the table shows. */
const publicNeighbours = [
  "1.0.0.0",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "128.0.0.0",
  "168.63.129.15",
  "168.63.129.17",
  "169.253.255.255",
  "169.255.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "191.255.255.255",
  "192.0.1.0",
  "192.0.1.255",
  "192.0.3.0",
  "192.31.195.255",
  "192.31.197.0",
  "192.52.192.255",
  "192.52.194.0",
  "192.88.98.255",
  "192.88.100.0",
  "192.167.255.255",
  "192.169.0.0",
  "192.175.47.255",
  "192.175.49.0",
  "198.17.255.255",
  "198.20.0.0",
  "198.51.99.255",
  "198.51.101.0",
  "203.0.112.255",
  "203.0.114.0",
  "223.255.255.255",
  "2001:200::",
  "2001:db7:ffff::1",
  "2001:db9::1",
  "2003::1",
  "2620:4f:7fff::1",
  "2620:4f:8001::1",
  "3ffd::1",
  "2606:4700:4700::1111",
  "2a00:1450:4001:82a::200e",
  "8.8.8.8",
];

test("classifyAddress() calls the public neighbours of every range public", () => {
  for (const ip of publicNeighbours) assert.equal(classifyAddress(ip), "public", ip);
});

test("classifyAddress() finds a public address beside each IPv4 range, or another range", () => {
  const table = ipv4Ranges.map(([cidr]) => edgesOf(cidr));
  const ends = new Set(table.flatMap(({ inside }) => inside));
  const starts = table
    .flatMap(({ outside }) => outside)
    .filter((ip) => classifyAddress(ip) !== "public" && !ends.has(ip));
  const covered = [
    "100.100.100.199",
    "100.100.100.201",
    "169.254.169.253",
    "169.254.169.255",
    "192.0.0.11",
    "192.0.0.169",
    "192.0.0.172",
    "192.0.0.191",
    "192.0.0.193",
    "255.255.255.254",
  ];
  assert.deepEqual([...new Set(starts)].sort(), covered.sort());
});

const reasons: readonly (readonly [string, string])[] = [
  ["0.0.0.0", "unspecified"],
  ["10.1.2.3", "private"],
  ["127.0.0.1", "loopback"],
  ["169.254.1.1", "link-local"],
  ["169.254.169.254", "metadata"],
  ["100.100.100.200", "metadata"],
  ["168.63.129.16", "metadata"],
  ["192.0.0.192", "metadata"],
  ["fd00:ec2::254", "metadata"],
  ["fd20:ce::254", "metadata"],
  ["fd00::1", "private"],
  ["fe80::1", "link-local"],
  ["fec0::1", "private"],
  ["100.64.0.1", "shared"],
  ["224.0.0.1", "multicast"],
  ["ff02::1", "multicast"],
  ["255.255.255.255", "broadcast"],
  ["240.0.0.1", "reserved"],
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["4000::1", "reserved"],
  ["1::1", "reserved"],
  ["e000::1", "reserved"],
  ["::ffff:127.0.0.1", "loopback"],
  ["::ffff:7f00:1", "loopback"],
  ["::ffff:8.8.8.8", "embedded"],
  ["0:0:0:0:0:ffff:a9fe:a9fe", "metadata"],
  ["::127.0.0.1", "loopback"],
  ["::8.8.8.8", "embedded"],
  ["::ffff:0:10.0.0.1", "private"],
  ["::ffff:0:8.8.8.8", "embedded"],
  ["64:ff9b::10.0.0.1", "private"],
  ["64:ff9b::a9fe:a9fe", "metadata"],
  ["64:ff9b::8.8.8.8", "embedded"],
  ["64:ff9b:1::10.0.0.1", "private"],
  ["64:ff9b:1:7f00:0:100:808:808", "loopback"],
  ["2002:7f00:1::", "loopback"],
  ["2002:c0a8:101::1", "private"],
  ["2002:808:808::1", "embedded"],
  ["2001:0:a00:1::1", "private"],
  ["2001:0:808:808:0:0:80ff:fffe", "loopback"],
  ["2001:0:808:808::f7f7:f7f7", "embedded"],
  ["2606:4700::5efe:10.0.0.1", "private"],
  ["2606:4700::200:5efe:7f00:1", "loopback"],
  ["2606:4700::5efe:8.8.8.8", "public"],
];

test("classifyAddress() gives the reason, and looks into IPv6 addresses that carry IPv4", () => {
  for (const [ip, reason] of reasons) assert.equal(classifyAddress(ip), reason, ip);
});

const notAddresses = [
  "",
  "localhost",
  "127.1",
  "2130706433",
  "0x7f000001",
  "0x7f.0.0.1",
  "0177.0.0.1",
  "017700000001",
  "127.0.0.1.",
  "127.0.0.01",
  "1.2.3",
  "256.1.1.1",
  "1.2.3.4.5",
  " 8.8.8.8",
  "8.8.8.8 ",
  "8.8.8.8\n",
  "8.8.8.8/32",
  "[::1]",
  "::1%lo",
  "fe80::1%eth0",
  "2606:4700::1%1",
  "1::2::3",
  "::ffff:1.2.3",
  "١٢٧.0.0.1",
  "12７.0.0.1",
];

test("classifyAddress() calls anything but one plain address invalid, zone ids too", () => {
  for (const text of notAddresses) {
    assert.equal(classifyAddress(text), "invalid", JSON.stringify(text));
    assert.equal(isAllowedAddress(text, ["0.0.0.0/0", "::/0"]), false, JSON.stringify(text));
  }
});

test("classifyAddress() never calls a wrapped private IPv4 address public (property)", () => {
  const byte = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(byte, byte, byte, (b, c, d) => {
      const hex = (first: number) =>
        [first, b, c, d]
          .map((each) => each.toString(16).padStart(2, "0"))
          .join("")
          .replace(/(.{4})/, "$1:");
      for (const first of [10, 127]) {
        for (const ip of [
          `::${hex(first)}`,
          `::ffff:${hex(first)}`,
          `64:ff9b::${hex(first)}`,
          `2002:${hex(first)}::1`,
        ]) {
          assert.equal(isAllowedAddress(ip, ["::/96", "::ffff:0:0/96", "64:ff9b::/96", "2002::/16"]), false, ip);
        }
      }
    }),
  );
});

test("isAllowedAddress() opens the ranges that the operator names and no more", () => {
  assert.equal(isAllowedAddress("8.8.8.8", []), true);
  assert.equal(isAllowedAddress("10.0.0.1", ["10.0.0.0/30"]), true);
  assert.equal(isAllowedAddress("10.0.0.4", ["10.0.0.0/30"]), false);
  assert.equal(isAllowedAddress("127.0.0.1", ["127.0.0.1"]), true);
  assert.equal(isAllowedAddress("127.0.0.2", ["127.0.0.1"]), false);
  assert.equal(isAllowedAddress("::1", ["::1/128"]), true);
  assert.equal(isAllowedAddress("::1", ["127.0.0.0/8"]), false);
  assert.equal(isAllowedAddress("fd00::1", ["fc00::/7"]), true);
  assert.equal(isAllowedAddress("10.0.0.1", ["::/0", "nonsense", "10.0.0.0/33", "10.0.0.0/", "10/8"]), false);
});

test("isAllowedAddress() asks for both the wrapper and what it carries", () => {
  assert.equal(isAllowedAddress("64:ff9b::8.8.8.8", []), false);
  assert.equal(isAllowedAddress("64:ff9b::8.8.8.8", ["64:ff9b::/96"]), true);
  assert.equal(isAllowedAddress("64:ff9b::127.0.0.1", ["64:ff9b::/96"]), false);
  assert.equal(isAllowedAddress("::ffff:10.0.0.1", ["10.0.0.0/8"]), false);
  assert.equal(isAllowedAddress("::ffff:10.0.0.1", ["10.0.0.0/8", "::ffff:0:0/96"]), true);
});

test("isRange() takes CIDR and single addresses only", () => {
  for (const text of ["10.0.0.0/8", "10.0.0.1", "fd00::/8", "::1", "0.0.0.0/0"])
    assert.equal(isRange(text), true, text);
  for (const text of [
    "",
    "10/8",
    "10.0.0.0/33",
    "10.0.0.0/8/8",
    "fe80::1%eth0/64",
    "example.com",
    "10.0.0.0/-1",
    "10.0.0.0/ 8",
  ]) {
    assert.equal(isRange(text), false, text);
  }
});
