/** Tests of what is the same on every runtime, and slow: they run on Bun. Their file keeps others that run on Deno too. */
import { type TestOptions, test } from "node:test";

export const testOnce = (name: string, options: TestOptions, work: () => Promise<void>): void => {
  if ("Bun" in globalThis) test(name, options, work);
};
