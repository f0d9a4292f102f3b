/**
 * What an original was made of: the images of other mounts that its source asked for while it loaded. An avatar is a copy of the link that answered, a card has the
 * avatar in it. Their keys do not tell; so it is noted here as it happens, and kept with the entry. See `purges.ts`.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Lineage } from "./entry.ts";

/** `copy`: the original itself. `part`: a picture made from it. */
export type Use = "copy" | "part";

class Uses {
  readonly #of = new Set<string>();
  readonly #copies = new Set<string>();

  note(use: Use, prefix: string): void {
    this.#of.add(prefix);
    if (use === "copy") this.#copies.add(prefix);
  }

  lineage(since: number): Lineage | undefined {
    return this.#of.size > 0 ? { since, of: [...this.#of], copies: [...this.#copies] } : undefined;
  }
}

const current = new AsyncLocalStorage<Uses>();

/** Runs `work` and notes what it asks for. `lineage` is asked when it has ended, also when it has failed; `undefined` if that was nothing. */
export function noteUses<T>(
  since: number,
  work: () => Promise<T>,
): { done: Promise<T>; lineage(): Lineage | undefined } {
  const uses = new Uses();
  return { done: current.run(uses, work), lineage: () => uses.lineage(since) };
}

/** Who is loading now uses what is under `prefix`. Nothing happens where nobody is. */
export const noteUse = (use: Use, prefix: string): void => current.getStore()?.note(use, prefix);

/** … and with it, what that was made of. */
export function noteLineage(use: Use, lineage: Lineage | undefined): void {
  const uses = current.getStore();
  if (!uses || !lineage) return;
  const copies = new Set(use === "copy" ? lineage.copies : []);
  for (const prefix of lineage.of) uses.note(copies.has(prefix) ? "copy" : "part", prefix);
}
