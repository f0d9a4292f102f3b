/** Browser tests: `*.browser.ts`, so that neither `bun test` nor `deno test` takes them for its own. Chromium: `CAMEO_CHROMIUM`, or found on the path. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { defineConfig } from "@playwright/test";

/** `undefined` where there is none; the tests are skipped then. */
export function findChromium(): string | undefined {
  const named = process.env.CAMEO_CHROMIUM;
  if (named) return named;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

const executablePath = findChromium();

export default defineConfig({
  testDir: ".",
  testMatch: "*.browser.ts",
  workers: 1,
  // Both runtimes' suites run beside it.
  timeout: 240_000,
  expect: { timeout: 60_000 },
  use: { launchOptions: { ...(executablePath ? { executablePath } : {}), args: ["--no-sandbox"] } },
});
