/**
 * Bytes of pictures, each kept once for all who have them, with a reference for each of those:
 *
 *     ref:{asset}:{mount}:{user}   somebody has, or is about to have, these bytes → since when
 *
 * Bytes are removed first and put back if a reference has come meanwhile, and who writes an entry puts its bytes once more afterwards: so a removal and
 * an upload of the same bytes cannot lose them, whatever the order.
 */
import type { SourceHost } from "cameo/plugin";

export interface Assets {
  /** `null` if they are gone or damaged. */
  body(asset: string): Promise<Uint8Array | null>;
  /** Keeps bytes for a user, by the hash of their name; answers their SHA-256. */
  put(user: string, body: Uint8Array): Promise<string>;
  hold(user: string, asset: string): Promise<void>;
  /** Takes the bytes away if nobody else has them. */
  release(user: string, asset: string): Promise<void>;
  /** Takes away what a crash left behind. `isHeld` says whether a user's entry names an asset. */
  sweep(isHeld: (user: string, asset: string) => Promise<boolean>): Promise<void>;
}

/** A reference without an entry may belong to an upload under way for as long as this, in milliseconds. */
const underWayMs = 10 * 60_000;

export function createAssets({ storage, blobs, mount, now }: SourceHost): Assets {
  const refKey = (asset: string, user: string) => `ref:${asset}:${mount}:${user}`;
  const isWanted = async (asset: string) => (await storage.getKeys(`ref:${asset}:`)).length > 0;
  const hold = (user: string, asset: string) => storage.setItem(refKey(asset, user), now());

  async function collect(asset: string): Promise<void> {
    if (await isWanted(asset)) return;
    const body = await blobs.get(asset);
    await blobs.remove(asset);
    if (body && (await isWanted(asset))) await blobs.put(body);
  }

  return {
    body: (asset) => blobs.get(asset),
    async put(user, body) {
      const asset = await blobs.put(body);
      await hold(user, asset);
      return asset;
    },
    hold,
    async release(user, asset) {
      await storage.removeItem(refKey(asset, user));
      await collect(asset);
    },
    async sweep(isHeld) {
      for (const key of await storage.getKeys("ref:")) {
        const [, asset = "", owner, user = ""] = key.split(":");
        if (owner !== mount || (await isHeld(user, asset))) continue;
        const since = (await storage.getItem<number>(key)) ?? 0;
        if (now() - since > underWayMs) await storage.removeItem(key);
      }
      for (const asset of await blobs.keys()) await collect(asset);
    },
  };
}
