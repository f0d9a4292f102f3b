/** A secret in a file of its own, as orchestrators mount them. */
import { readFile } from "node:fs/promises";
import type { SourceHost } from "cameo/plugin";

/** Throws `origin-failed` if the file is not there or empty. */
export async function readSecret(path: string, organization: string, host: SourceHost): Promise<string> {
  const detail = `The file with the secret of the organisation ${organization} cannot be read or is empty; put it there.`;
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw host.fail("origin-failed", detail, { cause });
  });
  if (/^[\x21-\x7e]+$/.test(text.trim())) return text.trim();
  throw host.fail("origin-failed", detail);
}
