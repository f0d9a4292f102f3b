/** What operators do to plugins while the server runs: `GET /plugins`, and disable, enable, roll back. */
import type { Figures } from "../metrics.ts";
import type { Log } from "../plugin.ts";
import { rowOf } from "./row.ts";
import type { Shelf } from "./shelf.ts";
import type { Snapshot } from "./snapshot.ts";

export interface ControlParts {
  readonly shelf: Shelf;
  readonly figures: Figures;
  readonly log: Log;
  /** The world that answers now. */
  now(): { readonly snapshot: Snapshot; readonly inFlight: number };
  /** Builds the next world and puts it to work, or throws. */
  swap(): Promise<void>;
  /** Does it after all other changes. */
  inTurn(work: () => Promise<void>): Promise<void>;
}

export function createControl({ shelf, figures, log, now, swap, inTurn }: ControlParts) {
  const change = (id: string, work: () => void, undo: () => void) =>
    inTurn(async () => {
      work();
      try {
        await swap();
      } catch (error) {
        undo();
        throw error;
      }
      log.warn("an operator changed a plugin", { id, generation: now().snapshot.generation });
    });
  return {
    list() {
      const { snapshot, inFlight } = now();
      const plugins = shelf.list().map((each) => rowOf(each, snapshot, figures));
      return { generation: snapshot.generation, inFlight, plugins };
    },
    disable: (id: string) =>
      change(
        id,
        () => shelf.disable(id),
        () => shelf.enable(id),
      ),
    enable: (id: string) =>
      change(
        id,
        () => shelf.enable(id),
        () => shelf.disable(id),
      ),
    rollback: (id: string) =>
      change(
        id,
        () => shelf.rollBack(id),
        () => shelf.rollBack(id),
      ),
  };
}
