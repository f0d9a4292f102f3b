/**
 * One value of the cache: header and body in one piece, so that metadata and bytes cannot tear.
 *
 *     "CAMEO" | version, 1 byte | length of the header, 4 bytes, big endian | checksum, 16 bytes | header as JSON | body
 *
 * The checksum (SHA-256, cut) covers version, length and header; the header's `sha256` covers the body. Both find accidents, not forgers:
 * who can write to a store can write valid entries.
 */
import { createHash } from "node:crypto";
import type { ErrorCode } from "../error.ts";

export interface EntryHeader {
  readonly kind: "original" | "variant" | "negative";
  /** MIME type. */
  readonly type: string;
  /** Strong and quoted, from the body's SHA-256. */
  readonly etag: string;
  /** Of the body, in hex. */
  readonly sha256: string;
  /** Milliseconds since 1970; see `freshness.ts`. */
  readonly storedAt: number;
  readonly freshUntil: number;
  readonly staleUntil: number;
  /** Validators of the source, and its own limit on freshness. `sha256` is that of the original which a variant was made from. */
  readonly origin?: {
    readonly etag?: string;
    readonly lastModified?: string;
    readonly sha256?: string;
    readonly maxAgeS?: number;
    readonly isPrivate?: boolean;
    readonly noStale?: boolean;
    /** Who answered, where a source asks several. */
    readonly by?: string;
    /** Only signed URLs may show it. */
    readonly needsSignature?: boolean;
    /** Stands in for a picture that could not be had. */
    readonly isStopgap?: boolean;
    readonly madeOf?: Lineage;
  };
  readonly width?: number;
  readonly height?: number;
  readonly frames?: number;
  readonly isPrivate?: boolean;
  readonly tags?: readonly string[];
  /** What failed, in a negative entry. */
  readonly error?: { readonly code: ErrorCode; readonly detail: string };
  /** Small facts that plugins want to find again. */
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
}

/** What an original was made of: images of other mounts, by the prefixes of their keys. */
export interface Lineage {
  /** The instant before the first was asked for; see `Purges.now`. */
  readonly since: number;
  /** Prefixes of the keys of all that it was made of, at any remove. */
  readonly of: readonly string[];
  /** Those of them whose bytes it is, or would have been had they had any: the links of a chain. */
  readonly copies: readonly string[];
}

export interface Entry {
  readonly header: EntryHeader;
  readonly body: Uint8Array;
}

const magic = new TextEncoder().encode("CAMEO");
const version = 1;
const checksumBytes = 16;
const lengthAt = magic.length + 1;
const checksumAt = lengthAt + 4;
const headerAt = checksumAt + checksumBytes;

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The entry as one value. */
export function encodeEntry(entry: Entry): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(entry.header));
  const bytes = new Uint8Array(headerAt + json.length + entry.body.length);
  bytes.set(magic);
  bytes[magic.length] = version;
  new DataView(bytes.buffer).setUint32(lengthAt, json.length);
  bytes.set(json, headerAt);
  bytes.set(headerChecksum(bytes, headerAt + json.length), checksumAt);
  bytes.set(entry.body, headerAt + json.length);
  return bytes;
}

/**
 * The inverse of `encodeEntry`; the body is a view into `bytes`. `undefined` if anything was cut, added or altered, or if another version
 * wrote it. Never throws.
 */
export function decodeEntry(bytes: Uint8Array): Entry | undefined {
  if (bytes.length < headerAt || bytes[magic.length] !== version) return undefined;
  if (!magic.every((byte, at) => bytes[at] === byte)) return undefined;
  const bodyAt = headerAt + new DataView(bytes.buffer, bytes.byteOffset).getUint32(lengthAt);
  if (bodyAt > bytes.length) return undefined;
  if (!headerChecksum(bytes, bodyAt).every((byte, at) => bytes[checksumAt + at] === byte)) return undefined;
  const header = parseHeader(bytes.subarray(headerAt, bodyAt));
  const body = bytes.subarray(bodyAt);
  return header !== undefined && header.sha256 === sha256(body) ? { header, body } : undefined;
}

/** Over everything before the body, except the checksum itself. */
function headerChecksum(bytes: Uint8Array, bodyAt: number): Uint8Array {
  const hash = createHash("sha256").update(bytes.subarray(0, checksumAt)).update(bytes.subarray(headerAt, bodyAt));
  return hash.digest().subarray(0, checksumBytes);
}

/** The checksum held, so one of us wrote it: only what another release could have changed is looked at. */
function parseHeader(json: Uint8Array): EntryHeader | undefined {
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(json));
    return isHeader(header) ? header : undefined;
  } catch {
    return undefined;
  }
}

function isHeader(value: unknown): value is EntryHeader {
  if (typeof value !== "object" || value === null) return false;
  const { kind, type, etag, sha256, storedAt, freshUntil, staleUntil } = value as Partial<EntryHeader>;
  const texts = [kind, type, etag, sha256].every((each) => typeof each === "string");
  return texts && [storedAt, freshUntil, staleUntil].every(Number.isFinite);
}
