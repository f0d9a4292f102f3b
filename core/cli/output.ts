/** Standard output and error, each write awaited: a process that ends right after must not cut its last words off. */
import process from "node:process";

function write(stream: NodeJS.WriteStream, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(data, (error) => (error ? reject(error) : resolve()));
  });
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
