/** What each file in `rows/` gets. */
import type { Album } from "./pictures.ts";
import type { Place } from "./servers.ts";
import type { Row } from "./table.ts";

export interface Bench extends Place {
  readonly album: Album;
  /** Fewer requests and rounds: to try the bench, not to quote it. */
  readonly isQuick: boolean;
  /** Says what is going on, on standard error. */
  say(text: string): void;
}

/** Measures, and answers its lines of the table. */
export type Measure = (bench: Bench) => Promise<Row[]>;
