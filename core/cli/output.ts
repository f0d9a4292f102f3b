/** Standard output and error, each write awaited: a process that ends right after must not cut its last words off. */
import process from "node:process";

/** Words of the system that a stream cannot be written with. */
export class WriteError extends Error {
  override readonly name = "WriteError";
}

/** A reader that has left, such as `head`, has had enough: that is no failure. */
function write(stream: NodeJS.WriteStream, data: string | Uint8Array): Promise<void> {
  // The stream tells a failure as an event too, after the callback: where nobody listens, that ends the process.
  if (stream.listenerCount("error") === 0) stream.on("error", () => {});
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null) => (error && !isGone(error) ? reject(failureOf(stream, error)) : resolve());
    try {
      stream.write(data, settle);
    } catch (error) {
      settle(error as Error);
    }
  });
}

const isGone = (error: Error): boolean => (error as { code?: string }).code === "EPIPE" || error.name === "BrokenPipe";

const failureOf = (stream: NodeJS.WriteStream, { message }: Error): WriteError =>
  new WriteError(`Standard ${stream === process.stdout ? "output" : "error"} cannot be written: ${message}.`);

/** A problem document as one sentence, with the list that the document has beside it. */
export function toSentence({ code, detail = "", takes }: Problem): string {
  const whole =
    takes === undefined ? detail : detail.replace(/; see "takes" for all of them\.$/, `; there are ${takes}.`);
  return code === undefined || code === "bad-setting" ? whole : `${code}: ${whole}`;
}

export interface Problem {
  readonly code?: string | undefined;
  readonly detail?: string;
  readonly takes?: string | number | undefined;
}

/** A line on standard output. */
export const print = (text: string): Promise<void> => write(process.stdout, `${text}\n`);

/** A line on standard error. */
export const complain = (text: string): Promise<void> => write(process.stderr, `${text}\n`);

/** Bytes on standard output. */
export const printBytes = (bytes: Uint8Array): Promise<void> => write(process.stdout, bytes);

/** Rows with their columns aligned, two spaces apart. */
export function align(rows: readonly (readonly string[])[], indent = ""): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(width(column))).join("  ");
  return rows.map((row) => (indent + line(row)).trimEnd()).join("\n");
}

const units = ["B", "kB", "MB", "GB"] as const;

/** `1536` → `1.5 kB`, in powers of 1024. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10} ${units[unit]}`;
}
