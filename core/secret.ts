/**
 * The instance's secret and the keys made from it. Threat: cache files that can be matched to e-mail addresses or URLs, and forged
 * signatures. The secret is random, kept in a file that only its owner can read. Residual risk: whoever reads that file.
 */
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CameoError } from "./error.ts";
import type { Log } from "./plugin.ts";
import type { Settings } from "./settings/schema.ts";

/** The configured secret, or the one in the data folder, made once so that the disk cache outlives a restart. Throws `bad-setting`. */
export async function findSecret(
  { secret, dataPath }: Pick<Settings, "secret" | "dataPath">,
  log: Log,
): Promise<string> {
  return secret ?? (await keptSecret(dataPath, log));
}

/** The keys of URL signatures; the first one signs. Derived from the secret unless configured. */
export function signingKeysOf({ signingKeys }: Pick<Settings, "signingKeys">, secret: string): readonly string[] {
  if (signingKeys.length > 0) return signingKeys;
  return [createHmac("sha256", secret).update("cameo url signature").digest("base64url")];
}

async function keptSecret(dataPath: string, log: Log): Promise<string> {
  const file = join(dataPath, "secret");
  const kept = await readKept(file);
  if (kept !== undefined) return kept;
  const secret = randomBytes(32).toString("base64url");
  try {
    await mkdir(dataPath, { recursive: true, mode: 0o700 });
    await keep(file, secret);
  } catch (error) {
    log.warn("the secret cannot be kept; cached images and signed URLs end with this process", { error });
    return secret;
  }
  // Another process may have been first: both go by what is in the file.
  return (await readKept(file)) ?? secret;
}

/** `undefined` if there is no file. One that cannot be read is never replaced: uploads and private IDs can be found with the old secret alone. */
async function readKept(file: string): Promise<string | undefined> {
  const refuse = (why: string): never => {
    throw new CameoError(
      "bad-setting",
      `The file ${file} ${why}; put the old one back, or delete it to begin with a new secret, without the uploads, private IDs and signed URLs of the old one.`,
    );
  };
  try {
    const kept = (await readFile(file, "utf8")).trim();
    return kept.length >= 16 ? kept : refuse("is damaged: it holds less than 16 characters");
  } catch (error) {
    if (error instanceof CameoError) throw error;
    const { code } = error as { code?: string };
    return code === "ENOENT" || code === "ENOTDIR" ? undefined : refuse(`cannot be read (${code ?? String(error)})`);
  }
}

/** Whole and on the disk before it has its name, and never in place of another's. */
async function keep(file: string, secret: string): Promise<void> {
  const temporary = `${file}.${randomUUID()}`;
  try {
    await writeFile(temporary, `${secret}\n`, { mode: 0o600, flush: true });
    await link(temporary, file).catch((error: { code?: string }) => {
      // Some file systems have no links.
      if (error.code !== "EEXIST") return rename(temporary, file);
    });
  } finally {
    await rm(temporary, { force: true });
  }
}
