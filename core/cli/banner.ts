/** URLs for the banner: something worth seeing. */
import { readdir } from "node:fs/promises";
import { extname } from "node:path";
import { escapeRef } from "../request/parse.ts";
import type { Settings } from "../settings/schema.ts";

/** What shows each kind of file best, in the order in which they are offered. */
const looks: readonly (readonly [endings: readonly string[], prefix: string, query: string])[] = [
  [[".jpg", ".jpeg"], "", "?w=640&h=360&fit=cover"],
  [[".gif"], "", "?w=160&f=webp"],
  [[".png"], "", "?h=400&pad=24&bg=ffd166"],
  [[".svg"], "", "?w=512&f=png"],
  [[".jpg", ".jpeg", ".png", ".webp", ".avif"], "/meta", ""],
  [[".webp", ".avif", ".heic", ".tiff"], "", "?w=640"],
];

/** Paths with queries, up to three: one of a picture first, then of `more`. `/health` if there is nothing to show. */
export async function tryUrls({ mounts }: Settings, more: readonly string[] = []): Promise<string[]> {
  const base = (mounts.images as { readonly base?: unknown } | undefined)?.base;
  const names = typeof base === "string" ? (await readdir(base).catch(() => [])).sort() : [];
  const urls = looks.flatMap(([endings, prefix, query]) => {
    const name = names.find((each) => endings.includes(extname(each).toLowerCase()));
    return name === undefined ? [] : [`${prefix}/images/${escapeRef(name)}${query}`];
  });
  const others = more.filter((path) => Object.hasOwn(mounts, path.split(/[/?]/)[1] ?? ""));
  const all = [...urls.slice(0, 1), ...others, ...urls.slice(1)];
  return all.length > 0 ? all.slice(0, 3) : ["/health"];
}
