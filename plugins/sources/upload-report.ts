/** What is told of a picture and of the one who has it. */
import type { Entry, Picture } from "./upload-ledger.ts";
import { isMd5, isSha256 } from "./upload-user.ts";

/** By which names it can be asked for: `{ sha256, md5, id, urls }`, as far as they are known. */
export function nameplate(names: readonly string[], path: string): object {
  const kindOf = (name: string) => (isSha256(name) ? "sha256" : isMd5(name) ? "md5" : "id");
  return {
    ...Object.fromEntries(names.map((name) => [kindOf(name), name])),
    urls: names.map((name) => `${path}/${name}`),
  };
}

export const describePicture = ({ asset, bytes, width, rating, isPrivate, updated }: Picture): object => ({
  asset,
  etag: etagOf({ asset, rating, isPrivate }),
  updated: new Date(updated).toISOString(),
  bytes,
  width,
  rating,
  private: isPrivate,
});

export function describeEntry({ current, held, history }: Entry): object {
  const first = current ?? held;
  return {
    status: current ? "accepted" : held ? "held" : "rejected",
    ...(first ? describePicture(first) : {}),
    ...(current && held ? { held: describePicture(held) } : {}),
    history: history.map(({ at, ...event }) => ({ at: new Date(at).toISOString(), ...event })),
  };
}

/** Changes with the bytes, and with who may see them. */
export const etagOf = ({ asset, rating, isPrivate }: Pick<Picture, "asset" | "rating" | "isPrivate">): string =>
  `"${asset.slice(0, 32)}-${rating}${isPrivate ? "-private" : ""}"`;
