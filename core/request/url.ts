/** A URL as a source may read it its own way. */

/** A URL of a mount before its query is read. */
export interface RawUrl {
  /** Decoded; may be empty. */
  readonly ref: string;
  /** As written, in order; names may come twice. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** The long name of a parameter that every mount takes (`w` → `width`); `undefined` for other names. */
  parameter(name: string): string | undefined;
}

/** What a source makes of it. */
export interface ReadUrl {
  readonly ref: string;
  /**
   * What belongs to the source: given to `load` as `query`, part of the cache key and of the canonical URL. A `theme` that is `auto` is what the client prefers
   * when `load` sees it, or not there.
   */
  readonly own: Readonly<Record<string, string>>;
  /** What is left for Cameo, parsed as on every mount; what is left out is ignored. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Values of Cameo's parameters where neither the URL nor a preset gives one, by long names. No part of the canonical URL. Default none. */
  readonly defaults?: readonly (readonly [name: string, value: string])[];
}
