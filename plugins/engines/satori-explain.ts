/** A template's failure in words for its author: which template, what happened, and where. */
import { CameoError, type Host } from "cameo/plugin";

/** `template.card@2` → `card@2`. */
export const nameOf = (id: string): string => id.replace(/^template\./, "");

/** The error to throw in place of what a template, or the drawing of its card, threw. A trap of WebAssembly leaves the library unusable. */
export function explain(error: unknown, id: string, host: Host): Error {
  if (error instanceof CameoError) return error;
  const isFatal = error instanceof WebAssembly.RuntimeError;
  const place = error instanceof Error ? placeOf(error.stack ?? "") : undefined;
  const detail = `The template ${nameOf(id)} failed: ${sentence(error)}${place === undefined ? "" : ` (${place})`}.`;
  return host.fail("template-failed", detail, { cause: error, log: { plugin: id, ...(isFatal ? { isFatal } : {}) } });
}

const maxLength = 200;

function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (
    text
      .replace(/\s+/g, " ")
      .slice(0, maxLength)
      .replace(/[.\s]+$/, "") || "it threw nothing readable"
  );
}

/** The first line of a stack that is in a template: `card.tsx:41`. The copy of a reloaded plugin lies in a folder named after it. */
function placeOf(stack: string): string | undefined {
  return /([^/\\\s(]+\.(?:tsx|jsx)):(\d+)/.exec(stack)?.slice(1, 3).join(":");
}

/** Most remarks that are remembered as told; a flood of others is not logged. */
const maxTold = 500;

/** Logs each remark once for each template: the same card is drawn again and again. */
export function createTeller({ log }: Pick<Host, "log">): (id: string, remarks: readonly string[]) => void {
  const told = new Set<string>();
  return (id, remarks) => {
    for (const remark of remarks) {
      const key = `${id} ${remark}`;
      if (told.has(key) || told.size >= maxTold) continue;
      told.add(key);
      log.warn("a card is not drawn as its template says", { plugin: id, remark });
    }
  };
}
