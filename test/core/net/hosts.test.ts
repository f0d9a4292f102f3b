import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyAddress } from "../../../core/net/address.ts";
import { hostOf, isHostAllowed, isHostPattern } from "../../../core/net/hosts.ts";

const allowed = (url: string, ...patterns: string[]): boolean => isHostAllowed(new URL(url), patterns);

test("isHostAllowed() takes a plain pattern for that host alone", () => {
  assert.equal(allowed("https://example.com/a.jpg", "example.com"), true);
  assert.equal(allowed("https://EXAMPLE.com./a.jpg", "Example.Com"), true);
  assert.equal(allowed("https://example.com/", "example.com."), true);
  assert.equal(allowed("http://example.com:8080/", "example.com"), true);
  for (const url of [
    "https://www.example.com/",
    "https://example.com.evil.net/",
    "https://notexample.com/",
    "https://example.org/",
  ]) {
    assert.equal(allowed(url, "example.com"), false, url);
  }
});

test("isHostAllowed() takes *. for hosts below, not for the host itself", () => {
  assert.equal(allowed("https://a.example.com/", "*.example.com"), true);
  assert.equal(allowed("https://a.b.example.com./", "*.example.com"), true);
  for (const url of ["https://example.com/", "https://evilexample.com/", "https://example.com.evil.net/"]) {
    assert.equal(allowed(url, "*.example.com"), false, url);
  }
});

test("isHostAllowed() binds the port where the pattern names one", () => {
  assert.equal(allowed("http://host:8080/", "host:8080"), true);
  assert.equal(allowed("http://host/", "host:8080"), false);
  assert.equal(allowed("http://host/", "host:80"), true);
  assert.equal(allowed("https://host/", "host:443"), true);
  assert.equal(allowed("https://host/", "host:80"), false);
  assert.equal(allowed("https://a.host:8443/", "*.host:8443"), true);
  assert.equal(allowed("http://[::1]:8080/", "[::1]:8080"), true);
  assert.equal(allowed("http://[::1]:8081/", "[::1]:8080"), false);
});

test("isHostAllowed() takes * for any host and an empty list for none", () => {
  assert.equal(allowed("https://anything.example/", "*"), true);
  assert.equal(allowed("https://anything.example:444/", "*:443"), false);
  assert.equal(allowed("https://anything.example/"), false);
});

test("isHostAllowed() compares the spelling that URL gives: punycode, full width, decimal", () => {
  assert.equal(allowed("https://bücher.example/", "xn--bcher-kva.example"), true);
  assert.equal(allowed("https://xn--bcher-kva.example/", "bücher.example"), true);
  assert.equal(allowed("https://ｅｘａｍｐｌｅ.com/", "example.com"), true);
  assert.equal(allowed("https://example。com/", "example.com"), true);
  assert.equal(allowed("http://2130706433/", "127.0.0.1"), true);
});

test("isHostAllowed() looks at the host, never at user name, path or query", () => {
  assert.equal(allowed("https://example.com@evil.net/", "example.com"), false);
  assert.equal(allowed("https://evil.net/example.com", "example.com"), false);
  assert.equal(allowed("https://evil.net?https://example.com/", "example.com"), false);
  assert.equal(allowed("https://evil.net#@example.com/", "example.com"), false);
  assert.equal(allowed("https://evil.net\\@example.com/", "example.com"), false);
});

test("isHostPattern() refuses what is no pattern, and such a text allows nothing", () => {
  for (const text of ["example.com", "*.example.com", "localhost:3000", "*", "*:443", "[::1]", "10.0.0.1:80"]) {
    assert.equal(isHostPattern(text), true, text);
  }
  const bad = [
    "",
    "https://example.com",
    "example.com/path",
    "user@example.com",
    "*.*",
    "*.*.com",
    "a.*.com",
    "exa*mple.com",
    "example.com:",
    "example.com:0",
    "example.com:65536",
    "host:80:90",
    "exam ple.com",
    "[::1",
    "*.",
    "example.com?",
    "a#b",
    "%65xample.com",
  ];
  for (const text of bad) {
    assert.equal(isHostPattern(text), false, text);
    assert.equal(allowed("https://example.com/", text), false, text);
  }
});

/** Spellings of 127.0.0.1 and its like that reach a URL's parser. Each must come out as the address that is vetted. */
const spellings: readonly (readonly [string, string])[] = [
  ["http://2130706433/", "127.0.0.1"],
  ["http://0x7f.1/", "127.0.0.1"],
  ["http://0x7f000001/", "127.0.0.1"],
  ["http://017700000001/", "127.0.0.1"],
  ["http://0177.0.0.1/", "127.0.0.1"],
  ["http://127.1/", "127.0.0.1"],
  ["http://127.0.1/", "127.0.0.1"],
  ["http://127.0.0.1./", "127.0.0.1"],
  ["http://１２７.０.０.１/", "127.0.0.1"],
  ["http://127。0。0。1/", "127.0.0.1"],
  ["http://①②⑦.⓪.⓪.①/", "127.0.0.1"],
  ["http://%31%32%37.0.0.1/", "127.0.0.1"],
  ["http://0/", "0.0.0.0"],
  ["http://0x0/", "0.0.0.0"],
  ["http:127.0.0.1/", "127.0.0.1"],
  ["http:\\\\127.0.0.1\\", "127.0.0.1"],
  ["http://user:pw@127.0.0.1/", "127.0.0.1"],
  ["http://8.8.8.8@127.0.0.1:80/", "127.0.0.1"],
  ["http://127.0.0.1:22/", "127.0.0.1"],
  ["http://2852039166/", "169.254.169.254"],
  ["http://0xA9FEA9FE/", "169.254.169.254"],
  ["http://[::1]/", "[::1]"],
  ["http://[0:0:0:0:0:0:0:1]:80/", "[::1]"],
  ["http://[::ffff:127.0.0.1]/", "[::ffff:7f00:1]"],
  ["http://[::127.0.0.1]/", "[::7f00:1]"],
];

test("hostOf() shows odd spellings of private addresses as what they are", () => {
  for (const [text, host] of spellings) {
    const found = hostOf(new URL(text));
    assert.equal(found, host, text);
    assert.notEqual(classifyAddress(found.replace(/^\[|\]$/g, "")), "public", text);
  }
});

test("URL refuses hosts that only look like addresses", () => {
  for (const text of [
    "http://256.1.1.1/",
    "http://1.2.3.4.5/",
    "http://0x1ffffffff/",
    "http://[fe80::1%25eth0]/",
    "http://[::1",
    "http://09.1.1.1/",
  ]) {
    assert.equal(URL.canParse(text), false, text);
  }
});
