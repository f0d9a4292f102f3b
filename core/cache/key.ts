/**
 * Keys of the cache: `mount:hash of ref:original` or `mount:hash of ref:hash of variant`, with unstorage's separator. An original and
 * everything made from it share a prefix, so purging a source is deleting a prefix, on any store.
 */
import { createHash, createHmac } from "node:crypto";

/** 160 bits in hex: no two refs ever meet, and case-insensitive file systems keep keys apart. */
const refHashDigits = 40;
/** 128 bits in hex: enough, since only variants of one ref are told apart by it. */
const variantHashDigits = 32;

/** Key of the bytes as the source gave them. */
export function originalKey(mount: string, refHash: string): string {
  return `${mount}:${refHash}:original`;
}

/** Key of one result made from them. */
export function variantKey(mount: string, refHash: string, variantHash: string): string {
  return `${mount}:${refHash}:${variantHash}`;
}

/** What all keys of one ref begin with. Purging it removes the original and every variant. */
export function refPrefix(mount: string, refHash: string): string {
  return `${mount}:${refHash}:`;
}

/**
 * HMAC-SHA256 of mount and ref with the instance's secret, as hex: no e-mail, user id or URL can be read off a store, nor guessed without
 * the secret. The mount is part of it, so that one ref on two mounts cannot be matched.
 */
export function hashRef(secret: Uint8Array | string, mount: string, ref: string): string {
  return createHmac("sha256", secret).update(`${mount}\0${ref}`).digest("hex").slice(0, refHashDigits);
}

/** SHA-256 of a request's canonical parameters, as hex. */
export function hashVariant(canonical: string): string {
  return createHash("sha256").update(canonical).digest("hex").slice(0, variantHashDigits);
}
