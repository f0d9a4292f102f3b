/**
 * Which broken plugins a server starts without: those that nobody needs, so that a bad save is no outage at the next boot.
 *
 * A setting that names a plugin which is not there refuses by itself. What no setting names but everybody relies on is a gate: without it
 * the server would be open. Of a file that does not load nothing is known but its text, so one that may be a gate counts as one.
 */
import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { CameoError } from "../error.ts";
import type { Settings } from "../settings/schema.ts";
import { scanPlugins } from "./tree.ts";

/** `none`: a check. `spare`: a server. `any`: one answer for who sits at the command line. */
export type LeavesOut = "none" | "spare" | "any";

export interface Failure {
  /** Relative to the working folder. */
  readonly file: string;
  /** A sentence. */
  readonly reason: string;
}

/** Throws `bad-setting` with what is wrong with plugins that are not to be left out. */
export async function refuseBroken(
  failures: readonly Failure[],
  folders: readonly string[],
  leavesOut: LeavesOut = "spare",
): Promise<void> {
  if (leavesOut === "any" || failures.length === 0) return;
  const gates = leavesOut === "none" ? [] : await findGates(failures, folders);
  const refused = leavesOut === "none" ? failures : failures.filter(({ file }) => gates.includes(file));
  const more =
    gates.length > 0 ? ["It may be a gate, without which the server would be open; mend it or take it away."] : [];
  const sentences = [...refused.map(({ reason }) => reason), ...more];
  if (refused.length > 0) throw new CameoError("bad-setting", joined(sentences));
}

/** Sentences as one text; those that end in a runtime's words have no full stop. */
export const joined = (sentences: readonly string[]): string =>
  sentences.map((each) => (/[.!?]$/.test(each) ? each : `${each}.`)).join(" ");

/** The same failure; a setting may name what did not load, so the reasons are told together. */
export function withReasons(error: unknown, reasons: readonly string[]): unknown {
  if (!(error instanceof CameoError) || reasons.length === 0) return error;
  return new CameoError(error.code, joined([error.detail, ...reasons]), error.options);
}

/** Whether a plugin that loads but cannot be put to work may be left out. */
export function isSpare(id: string, settings: Settings, leavesOut: LeavesOut = "spare"): boolean {
  const [kind, name = ""] = id.split(".");
  if (leavesOut !== "spare") return leavesOut === "any";
  return kind === "transform" || (kind === "route" && !Object.hasOwn(settings.routes, name));
}

/** Files that may be gates. */
async function findGates(failures: readonly Failure[], folders: readonly string[]): Promise<readonly string[]> {
  const files = new Set(failures.map(({ file }) => file));
  const sources = (await scanPlugins(folders)).filter(({ path }) => files.has(relative(".", path)));
  const found = await Promise.all(
    sources.map(async ({ path, files: own }) => {
      const code = own.filter(({ path: file }) => /\.([jt]sx?|mjs)$/.test(file));
      const texts = await Promise.all(code.map((each) => readFile(each.path, "utf8").catch(() => "")));
      return mayBeGate(texts.join("\n")) ? [relative(".", path)] : [];
    }),
  );
  return found.flat();
}

const otherHelpers =
  /\{[^{}]*\b(source|transform|theme|template|engine|store|route)\b[^{}]*\}\s*from\s*["']cameo\/plugin["']/;

/** Code that makes another kind of plugin with a helper and speaks of no gate is none; an empty file could be anything. */
const mayBeGate = (code: string): boolean => /\bgate\b/.test(code) || !otherHelpers.test(code);
