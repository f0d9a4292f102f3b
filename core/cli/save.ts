/** Files that a command writes: what stands in the way is told in a sentence, not in the system's words. */
import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { exitCodes } from "./command.ts";
import { complain, formatBytes } from "./output.ts";

/** Writes a result and says so; `mayReplace` where the user named the file himself. Returns an exit code. */
export async function save(file: string, body: Uint8Array, mayReplace: boolean): Promise<number> {
  try {
    await writeFile(file, body, { flag: mayReplace ? "w" : "wx" });
  } catch (error) {
    const obstacle = obstacleOf(error, file);
    if (obstacle === undefined) throw error;
    await complain(`cameo: ${file} ${obstacle}`);
    return exitCodes.failed;
  }
  await complain(`${file}  ${formatBytes(body.byteLength)}`);
  return exitCodes.done;
}

/** Why a file cannot be written, behind its name; `undefined` for what the system has not said. */
export function obstacleOf(error: unknown, file: string): string | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  return code && (obstacles[code]?.(file) ?? `cannot be written (${code}).`);
}

const obstacles: Readonly<Record<string, (file: string) => string>> = {
  EEXIST: () => "is there already; name the result with -o.",
  ENOENT: (file) => `cannot be written: there is no folder ${dirname(file)}.`,
  ENOTDIR: (file) => `cannot be written: ${dirname(file)} is no folder.`,
  EISDIR: () => "is a folder; name a file in it.",
  EROFS: () => "cannot be written: the disk is read-only.",
  EACCES: () => "may not be written by this user.",
  ENOSPC: () => "cannot be written: the disk is full.",
};
