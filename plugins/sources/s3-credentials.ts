/** The key that requests are signed with, from settings or files. None at all: requests are anonymous. */
import { readFile } from "node:fs/promises";
import type { SourceHost } from "cameo/plugin";
import type { S3Options } from "./s3-options.ts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface CredentialReader {
  /** `undefined`: anonymous. Throws `bad-setting` for half a key, `origin-failed` for a file that cannot be read. */
  read(): Promise<Credentials | undefined>;
  /** What is wrong with the settings, as sentences. */
  check(): Promise<string[]>;
}

type Name = keyof Credentials;

const names: readonly Name[] = ["accessKeyId", "secretAccessKey", "sessionToken"];

/** Throws `bad-setting` for a value that is given twice. */
export function createCredentials(options: S3Options, host: SourceHost): CredentialReader {
  const isSet = (name: Name): boolean => Boolean(options[name] || options[`${name}File`]);
  const twice = names.find((name) => options[name] && options[`${name}File`]);
  if (twice) throw host.fail("bad-setting", `Give one of \`${twice}\` and \`${twice}File\`.`);
  const missing = names.some(isSet) ? names.slice(0, 2).filter((name) => !isSet(name)) : [];
  const half = missing.map(
    (name) => `There is a part of the credentials, but no \`${name}\`; set it, or none of them.`,
  );

  async function partOf(name: Name): Promise<string | undefined> {
    const path = options[`${name}File`];
    return path ? readSecret(path, `${name}File`, host) : options[name] || undefined;
  }

  return {
    async read() {
      if (half[0] !== undefined) throw host.fail("bad-setting", half[0]);
      const [accessKeyId, secretAccessKey, sessionToken] = await Promise.all(names.map(partOf));
      return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey, sessionToken } : undefined;
    },
    async check() {
      const files = names.filter((name) => options[`${name}File`]);
      const read = await Promise.allSettled(files.map(partOf));
      return [
        ...half,
        ...files.filter((_, at) => read[at]?.status === "rejected").map((name) => unread(`${name}File`)),
      ];
    },
  };
}

const unread = (setting: string): string =>
  `\`${setting}\` names a file that cannot be read, or holds no plain secret.`;

async function readSecret(path: string, setting: string, host: SourceHost): Promise<string> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw host.fail("origin-failed", unread(setting), { cause });
  });
  if (/^[\x21-\x7e]+$/.test(text.trim())) return text.trim();
  throw host.fail("origin-failed", unread(setting));
}
