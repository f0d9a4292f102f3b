/**
 * Images from a folder.
 *
 *     /images/holiday/beach.jpg?w=300
 *
 * Threat: a path that leads out of the folder, tells what lies outside, or never ends (a pipe, a device).
 * Layers: names are checked as text before the disk is touched; the real path must lie in the real folder, so a
 * symbolic link may lead anywhere inside and nowhere else; only regular files are read, up to `limits.sourceBytes`.
 * Residual risk: someone who can write in the folder may swap a parent folder for a link between check and opening.
 */
import * as fs from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { promisify } from "node:util";
import { type Original, type SourceHost, source } from "cameo/plugin";
import * as v from "valibot";

const options = v.object({
  base: v.pipe(v.string(), v.minLength(1), v.description("Folder. A relative path starts at the working directory.")),
  maxAgeS: v.pipe(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 60),
    v.description("How long a picture made from a file is fresh, in seconds; then the file is looked at again."),
  ),
});

/** Default of `limits.sourceBytes`, for a host that names none. */
const defaultMaxBytes = 50 * 2 ** 20;

export default source({
  name: "file",
  options,
  setup({ base, maxAgeS }, host) {
    const folder = resolve(base);
    const root = createRoot(folder, host);
    return {
      normalize: (ref) => checkPath(ref, host),
      check: () => checkFolder(base, folder),
      async load(ref, { signal, previous }) {
        signal.throwIfAborted();
        const path = await findInside(await root(), checkPath(ref, host), host);
        const file = path === null ? null : await openFile(path, host);
        if (file === null) return null;
        try {
          return await read(file, { host, maxAgeS, signal, previous });
        } finally {
          fs.closeSync(file);
        }
      },
    };
  },
});

/** For the operator: whether there is anything to serve from. */
async function checkFolder(base: string, folder: string): Promise<string[]> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory()) return [];
  const what = found ? "is no folder" : "is not there or cannot be read";
  return [`\`base\` names the folder ${base}, which ${what}${base === folder ? "" : ` (looked at ${folder})`}.`];
}

/**
 * The ref itself if every segment is a plain name, also when it is decoded once more. Throws `bad-request`, the same
 * for all.
 */
function checkPath(ref: string, host: SourceHost): string {
  if ([ref, decoded(ref)].every(isPlainPath)) return ref;
  throw host.fail(
    "bad-request",
    "The path must be plain file names with single slashes between them; names that start with a dot are not served.",
  );
}

function isPlainPath(path: string): boolean {
  if (!path.isWellFormed() || /[\p{Cc}\\]/u.test(path)) return false;
  return path.split("/").every((segment) => segment !== "" && !segment.startsWith(".") && !/^[a-z]:/i.test(segment));
}

function decoded(ref: string): string {
  try {
    return decodeURIComponent(ref);
  } catch {
    return ref;
  }
}

/** How long the folder's own real path is taken for granted, in milliseconds: it may be a link that a deployment moves. */
const rootMs = 1000;

/** The folder's real path. */
function createRoot(folder: string, host: SourceHost): () => Promise<string> {
  let known: Promise<string> | undefined;
  let until = 0;
  const find = () =>
    realpath(folder).catch((cause: unknown) => {
      until = 0;
      const why = "The folder of this mount cannot be read; the operator has to check its `base`.";
      throw host.fail("origin-failed", why, { cause });
    });
  return () => {
    const now = host.now();
    if (known && now < until) return known;
    until = now + rootMs;
    known = find();
    return known;
  };
}

/** The real path, or `null` if there is none inside the folder. */
async function findInside(root: string, ref: string, host: SourceHost): Promise<string | null> {
  const path = await realpath(resolve(root, ref)).catch((cause: unknown) => absent(cause, host));
  return path?.startsWith(root.endsWith(sep) ? root : root + sep) ? path : null;
}

/** Without waiting: opening a pipe would otherwise wait for a writer. Nor through a link that was put there since. */
const openFlags = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0) | (fs.constants.O_NOFOLLOW ?? 0);

/** Numbers of open files: objects around them cost more than the reading of a small one. */
const openLater = promisify(fs.open);
const readLater = promisify(fs.read);

const openFile = (path: string, host: SourceHost): Promise<number | null> =>
  openLater(path, openFlags).catch((cause: unknown) => absent(cause, host));

const absentCodes: ReadonlySet<unknown> = new Set([
  "ENOENT",
  "ENOTDIR",
  "EISDIR",
  "ELOOP",
  "ENAMETOOLONG",
  "ENXIO",
  "EINVAL",
]);

/** "Not there" for the client, whatever the reason; the log hears of those that the operator can mend. */
function absent(cause: unknown, host: SourceHost): null {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (!absentCodes.has(code)) host.log.warn("A file cannot be opened", { code });
  return null;
}

interface ReadOptions {
  readonly host: SourceHost;
  readonly maxAgeS: number;
  readonly signal: AbortSignal;
  readonly previous?: Pick<Original, "etag" | "lastModified"> | undefined;
}

async function read(
  file: number,
  { host, maxAgeS, signal, previous }: ReadOptions,
): Promise<Original | "unchanged" | null> {
  // Of an open file this waits for nothing; on another thread it takes forty times as long.
  const stats = fs.fstatSync(file);
  if (!stats.isFile()) return null;
  const etag = `"${[stats.size, Math.round(stats.mtimeMs), stats.ino].map((each) => each.toString(36)).join("-")}"`;
  if (previous?.etag === etag) return "unchanged";
  const maxBytes = host.maxBytes ?? defaultMaxBytes;
  if (stats.size > maxBytes)
    throw host.fail("source-too-large", `The file is larger than ${maxBytes} bytes; use a smaller one.`);
  const body = await readBytes(file, stats.size, signal);
  return { body, etag, lastModified: stats.mtime.toUTCString(), maxAgeS, isLocal: true, mayMove: true };
}

/** At most `size` bytes, so that a file that grows meanwhile stays under the cap. */
async function readBytes(file: number, size: number, signal: AbortSignal): Promise<Uint8Array> {
  const body = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    signal.throwIfAborted();
    const { bytesRead } = await readLater(file, body, at, size - at, at);
    if (bytesRead === 0) return body.subarray(0, at);
    at += bytesRead;
  }
  return body;
}
