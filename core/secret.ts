/**
 * The instance's secret and the keys made from it. Threat: cache files that can be matched to e-mail addresses or URLs, and forged
 * signatures. The secret is random, kept in a file that only its owner can read. Residual risk: whoever reads that file.
 */
import { createHmac, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { Log } from "./plugin.ts";
import type { Settings } from "./settings/schema.ts";

/** The configured secret, or the one in the data folder, made once so that the disk cache outlives a restart. */
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
  const kept = await readFile(file, "utf8").catch(() => "");
  if (kept.trim().length >= 16) return kept.trim();
  const secret = randomBytes(32).toString("base64url");
  try {
    await mkdir(dataPath, { recursive: true, mode: 0o700 });
    const temporary = `${file}.${process.pid}.tmp`;
    await writeFile(temporary, `${secret}\n`, { mode: 0o600 });
    await rename(temporary, file);
  } catch (error) {
    log.warn("the secret cannot be kept; cached images and signed URLs end with this process", { error });
  }
  return secret;
}
