/** The work of `cameo convert`: each file through the stages, a few at a time. */
import { open, stat } from "node:fs/promises";
import { dirname, relative } from "node:path";
import process from "node:process";
import * as v from "valibot";
import { CameoError, toCameoError } from "../error.ts";
import { extensions, mimeTypes, type Plan } from "../image.ts";
import type { Services } from "../pipeline.ts";
import { type PluginOf, source } from "../plugin.ts";
import { escapeRef } from "../request/parse.ts";
import { fetch } from "../stages/fetch.ts";
import { render } from "../stages/render.ts";
import { resolve } from "../stages/resolve.ts";
import { transform } from "../stages/transform.ts";
import { type InputFile, isSameFile, type ResultFacts, resultPath, type Target, writeResult } from "./convert-files.ts";
import { toSentence } from "./output.ts";
import type { Outcome, Report } from "./progress.ts";
import { obstacleOf } from "./save.ts";

/** A source of any file that the user may read: the ref is its path. For the command line alone. */
export function filesSource(maxBytes: number): PluginOf<"source"> {
  return source({
    name: "files",
    options: v.object({}),
    setup: () => ({ load: async (path) => ({ body: await readCapped(path, maxBytes), isLocal: true }) }),
  });
}

async function readCapped(path: string, maxBytes: number): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size > maxBytes)
      throw new CameoError("source-too-large", `It has ${size} bytes; the limit is ${maxBytes} (limits.sourceBytes).`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

export interface ConvertJob {
  readonly inputs: readonly InputFile[];
  readonly target: Target;
  /** The image parameters, as a query. */
  readonly search: string;
  readonly concurrency: number;
  readonly isDry: boolean;
  readonly mayReplace: boolean;
}

/** Converts all files; failures go to the report. */
export async function convertAll(job: ConvertJob, services: Services, report: Report): Promise<void> {
  const waiting = [...job.inputs];
  const written = new Map<string, InputFile>();
  const work = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift())
      await report.add(await convertOne(file, job, services, written));
  };
  await Promise.all(Array.from({ length: job.concurrency }, work));
}

type Written = Map<string, InputFile>;

const shown = (path: string): string => {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") ? path : near;
};

async function convertOne(file: InputFile, job: ConvertJob, services: Services, written: Written): Promise<Outcome> {
  const name = shown(file.path);
  try {
    return await convertFile(file, name, job, services, written);
  } catch (error) {
    const known = toCameoError(error);
    if (known.code === "unsupported-type")
      return { kind: "skipped", why: "no-image", name, note: "not an image that Cameo reads" };
    const detail = known.code === "internal" && known.cause instanceof Error ? known.cause.message : known.detail;
    return { kind: "failed", name, note: toSentence({ code: known.code, detail, takes: known.options.fields?.takes }) };
  }
}

async function convertFile(
  file: InputFile,
  name: string,
  job: ConvertJob,
  services: Services,
  written: Written,
): Promise<Outcome> {
  const { signal } = new AbortController();
  const pathname = `/files/${escapeRef(file.path)}`;
  const request = resolve({ pathname, search: job.search, accept: undefined }, services.snapshot, services.now());
  const fetched = await fetch(request, services, { variant: undefined, signal });
  if ("unchanged" in fetched) throw new Error("A file cannot be unchanged: nothing was kept.");
  const plan = transform(request, fetched.header, services.snapshot);
  const planned = resultPath(job.target, file, factsOf(plan));
  const obstacle = await obstacleAt(planned, file, job, written);
  if (obstacle) return { ...obstacle, name };
  const before = fetched.body.byteLength;
  if (job.isDry) return { kind: "done", name, target: shown(planned), before, size: plan.size };
  const { rendered } = await render({ body: fetched.body, header: fetched.header, plan }, services, signal);
  const path = resultPath(job.target, file, { ...factsOf(plan), width: rendered.width, height: rendered.height });
  const late = path === planned ? undefined : await obstacleAt(path, file, job, written);
  if (late) return { ...late, name };
  const unwritten = await writeResult(path, rendered.body).catch((error) => reasonOf(error, path));
  if (unwritten) return { ...failed(`${shown(path)} ${unwritten}`), name };
  return { kind: "done", name, target: shown(path), before, after: rendered.body.byteLength, size: rendered };
}

/** Why a result was not written. Folders are made on the way, unless a file stands in their place. */
function reasonOf(error: unknown, path: string): string {
  const isBlocked = error instanceof Error && "code" in error && /^E(EXIST|NOTDIR)$/.test(String(error.code));
  const reason = isBlocked
    ? `cannot be written: ${shown(dirname(path))} is no folder.`
    : obstacleOf(error, shown(path));
  if (reason === undefined) throw error;
  return reason;
}

function factsOf({ encode, size }: Plan): ResultFacts {
  const format = encode?.format ?? "png";
  return { ...size, ext: extensions[mimeTypes[format]] ?? format };
}

type Obstacle =
  | { readonly kind: "skipped"; readonly why: "exists"; readonly note: string }
  | { readonly kind: "failed"; readonly note: string };

/** Why nothing may be written at a path. Who asks first has it: files are at work side by side. */
async function obstacleAt(
  path: string,
  file: InputFile,
  job: ConvertJob,
  written: Written,
): Promise<Obstacle | undefined> {
  const other = written.get(path);
  if (other)
    return failed(`${shown(other.path)} becomes ${shown(path)} too; use a pattern such as {name}.{from}.{ext}`);
  written.set(path, file);
  const source = await sourceAt(path, file, job.inputs);
  if (source) return failed(`the result would overwrite the input ${shown(source.path)}; name another place`);
  if (job.mayReplace || !(await isThere(path))) return undefined;
  return { kind: "skipped", why: "exists", note: `${shown(path)} is there already; --overwrite replaces it` };
}

const failed = (note: string): Obstacle => ({ kind: "failed", note });

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The input that stands at a path, if any input does. */
async function sourceAt(path: string, file: InputFile, inputs: readonly InputFile[]): Promise<InputFile | undefined> {
  if (await isSameFile(path, file.path)) return file;
  return inputs.find((each) => each.path === path);
}
