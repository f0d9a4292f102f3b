/** What a reload of the settings cannot change: it is in use since the start. */
import type { Settings } from "./schema.ts";

const fixed: Readonly<Record<string, (settings: Settings) => unknown>> = {
  port: ({ port }) => port,
  host: ({ host }) => host,
  secret: ({ secret }) => secret,
  dataPath: ({ dataPath }) => dataPath,
  plugins: ({ plugins }) => plugins,
  "limits.loads": ({ limits }) => limits.loads,
  "log.level": ({ log }) => log.level,
};

/** Names of the settings that need a restart. */
export const fixedSettings: readonly string[] = Object.keys(fixed);

/** Those of them that are other now than at the start. */
export function needRestart(started: Settings, next: Settings): readonly string[] {
  const isOther = (read: (settings: Settings) => unknown) =>
    JSON.stringify(read(started)) !== JSON.stringify(read(next));
  return Object.entries(fixed).flatMap(([name, read]) => (isOther(read) ? [name] : []));
}
