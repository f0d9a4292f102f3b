/**
 * Names on the disk. Threat: whoever reads it learns who has a picture here; an MD5 of an e-mail is easily reversed.
 * Layers: keys hold an HMAC of the name under the instance's secret, values the name under AES-256-GCM with a key derived from the same secret.
 * Residual risk: whoever holds the secret. Without it, what was uploaded cannot be found again: it belongs in the backup.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { SourceHost } from "cameo/plugin";

export interface Box {
  /** Stands for a name in a key. */
  hash(name: string): string;
  seal(name: string): string;
  /** `undefined` for what was sealed under another secret. */
  open(sealed: string): string | undefined;
}

/** 160 bits in hex: no two names ever meet. */
const hashDigits = 40;
/** As SP 800-38D §8.2.2 has them for random ones, and the length of the tag. */
const nonceBytes = 12;
const tagBytes = 16;

export function createBox({ hmac }: Pick<SourceHost, "hmac">): Box {
  const key = Buffer.from(hmac("names of uploads"), "hex").subarray(0, 32);
  return {
    hash: (name) => hmac(`name\0${name}`).slice(0, hashDigits),
    seal(name) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      const sealed = Buffer.concat([cipher.update(name, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, "base64");
      try {
        const nonce = bytes.subarray(0, nonceBytes);
        const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
        decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
        const start = decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, "utf8");
        return start + decipher.final("utf8");
      } catch {
        return undefined;
      }
    },
  };
}
