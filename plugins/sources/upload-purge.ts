/**
 * Throws away what was made from an old picture, under every name and on every mount that shows it. What is to be purged is noted before the change and struck off after the
 * purge, so that a crash in between is made good when the server is back.
 *
 *     purge:{mount}:{hash of the key}   → key
 */
import { CameoError, type SourceHost } from "cameo/plugin";
import type { Names } from "./upload-names.ts";

export interface Purger {
  /** Before a change. */
  begin(key: string): Promise<void>;
  /** After it. */
  finish(key: string): Promise<void>;
  /** Purges what was begun and never finished. Goes on behind the requests' backs until `end`. */
  recover(): Promise<void>;
  end(): void;
}

/** The server cannot purge while plugins are set up: how soon it is asked again, and how late at most, in milliseconds. */
const retryMs = 100;
const maxRetryMs = 30_000;

/** `paths` are those of the public mounts. */
export function createPurger(host: SourceHost, names: Names, paths: readonly string[]): Purger {
  const { storage, mount } = host;
  const markKey = (key: string) => `purge:${mount}:${names.hash(key)}`;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isEnded = false;

  async function finish(key: string): Promise<void> {
    for (const ref of await names.shownAs(key)) {
      await host.purge(`/${mount}/${ref}`);
      for (const path of paths) {
        for (const shown of [ref, `${mount}/${ref}`]) await host.purge(`${path}/${shown}`).catch(ignoreNoMount);
      }
    }
    await storage.removeItem(markKey(key));
  }

  async function recover(waitMs = retryMs): Promise<void> {
    try {
      for (const mark of await storage.getKeys(`purge:${mount}:`)) {
        const key = await names.opened(mark);
        if (key === undefined) await storage.removeItem(mark);
        else await finish(key);
      }
    } catch {
      if (!isEnded) timer = setTimeout(() => void recover(Math.min(2 * waitMs, maxRetryMs)), waitMs);
    }
  }

  return {
    begin: (key) => storage.setItem(markKey(key), names.seal(key)),
    finish,
    recover: () => recover(),
    end() {
      isEnded = true;
      clearTimeout(timer);
    },
  };
}

function ignoreNoMount(error: unknown): void {
  if (!(error instanceof CameoError) || error.code !== "no-such-route") throw error;
}
