/** What Cameo is measured against. Installed by the bench itself, never by the product. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { run } from "./children.ts";

const folder = fileURLToPath(new URL("./peers", import.meta.url));
const modules = `${folder}/node_modules`;

/** IPX 3 takes sharp 0.34; the references are made with the same one. */
const wanted = ["ipx@3", "sharp@0.34", "@vercel/og@1"];

/** The IPX command, to be run by Node. */
export const ipxScript = `${modules}/ipx/bin/ipx.mjs`;

/** For Node. */
export const ogModule = `${modules}/@vercel/og/dist/index.node.js`;

/** Installs what is missing. Needs the npm registry the first time. */
export async function installPeers(): Promise<void> {
  if ([ipxScript, `${modules}/sharp/package.json`, ogModule].every(existsSync)) return;
  mkdirSync(folder, { recursive: true });
  if (!existsSync(`${folder}/package.json`)) writeFileSync(`${folder}/package.json`, '{ "private": true }\n');
  await run([process.execPath, "add", "--cwd", folder, ...wanted]);
}

export function peerVersion(name: string): string {
  return (JSON.parse(readFileSync(`${modules}/${name}/package.json`, "utf8")) as { version: string }).version;
}

interface Raw {
  readonly data: Uint8Array;
  readonly info: { readonly width: number; readonly height: number; readonly channels: number };
}

/** As much of sharp as the bench uses. */
export interface Sharp {
  resize(options: { width: number; kernel: "lanczos3"; fastShrinkOnLoad: boolean }): Sharp;
  removeAlpha(): Sharp;
  toColourspace(space: "srgb"): Sharp;
  png(): Sharp;
  raw(): Sharp;
  toBuffer(): Promise<Uint8Array>;
  toBuffer(options: { resolveWithObject: true }): Promise<Raw>;
}

export async function loadSharp(): Promise<(input: Uint8Array) => Sharp> {
  const module: { default: (input: Uint8Array) => Sharp } = await import(`${modules}/sharp/lib/index.js`);
  return module.default;
}
