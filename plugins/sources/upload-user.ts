/** Whose picture it is: an e-mail or user ID becomes a hash at once, and nothing else is kept. Pure. */
import { createHash } from "node:crypto";
import type { SourceHost } from "cameo/plugin";

/** One who has, or wants, a picture. */
export interface User {
  /** SHA-256 of the e-mail or user ID in hex, or a private ID with its `~`. */
  readonly key: string;
  /** Other names of the same one: the MD5, a private ID. */
  readonly names: readonly string[];
}

type Fail = Pick<SourceHost, "fail">;

/** The longest e-mail address has 254 characters (RFC 5321); user IDs are given as much. */
const maxLength = 254;

const isPrivateId = (text: string): boolean => /^~[\w-]{8,128}$/.test(text);
export const isMd5 = (text: string): boolean => /^[0-9a-f]{32}$/.test(text);
export const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

/** A hash in lower case, or a private ID as it is; `undefined` for anything else. */
export function readName(text: string): string | undefined {
  if (isPrivateId(text)) return text;
  const name = text.trim().toLowerCase();
  return isMd5(name) || isSha256(name) ? name : undefined;
}

/**
 * `email`, or `id`: a user ID, a SHA-256 or MD5 of the e-mail, or a private ID (`~…`). A private ID beside an e-mail is another name of the same one.
 * Throws `bad-parameter`.
 */
export function readUser(email: string | undefined, id: string | undefined, host: Fail): User {
  const isBeside = email !== undefined && id !== undefined && isPrivateId(id);
  if (email !== undefined && id !== undefined && !isBeside) {
    throw wrong("id", "`email` and `id` are both given; give one, or a private ID (`~…`) beside the e-mail.", host);
  }
  if (email !== undefined) return { ...hashed(checkEmail(email, host)), ...(isBeside ? named(email, id) : {}) };
  if (id === undefined) throw wrong("email", "Say whose picture it is: `email` or `id`.", host);
  const name = readName(id);
  return name === undefined ? hashed(checkId(id, host)) : { key: name, names: [] };
}

const named = (email: string, id: string): Pick<User, "names"> => ({ names: [...hashed(email).names, id] });

/** As Gravatar hashes: trimmed and in lower case. */
function hashed(text: string): User {
  const plain = text.trim().toLowerCase();
  const digest = (algorithm: string) => createHash(algorithm).update(plain).digest("hex");
  return { key: digest("sha256"), names: [digest("md5")] };
}

function checkEmail(email: string, host: Fail): string {
  const plain = email.trim();
  if (plain.length <= maxLength && /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(plain)) return plain;
  throw wrong("email", '"email" takes an e-mail address, such as ada@example.com.', host);
}

function checkId(id: string, host: Fail): string {
  const plain = id.trim();
  if (plain.length > 0 && plain.length <= maxLength && !/\p{Cc}|^~/u.test(plain)) return plain;
  throw wrong("id", `"id" takes a user ID of up to ${maxLength} characters, a hash, or a private ID (\`~…\`).`, host);
}

const wrong = (parameter: string, detail: string, host: Fail): Error =>
  host.fail("bad-parameter", detail, { fields: { parameter } });
