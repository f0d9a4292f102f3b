/**
 * `bun run test`: every suite on Bun and on Deno, then the browser; one closing line over all of them. Arguments narrow the files.
 * Suites: `bun test`, `deno test`, `playwright test`. They run side by side, and each runs several files at a time, so a test must
 * stand a busy machine and neighbours: free ports, folders of its own. What a suite writes is shown whole when it ends. Each writes a
 * report that is read here, so that no count is guessed.
 */
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Suite {
  readonly name: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL("..", import.meta.url));
/** Reports, and the temporary folder of each suite: what a process that was ended left behind goes with it. */
const folder = mkdtempSync(join(tmpdir(), "cameo-test-"));
chmodSync(folder, 0o755); // A test becomes somebody else for a while.
const only = process.argv.slice(2);
const bin = (name: string): string => join(root, "node_modules", ".bin", name);
const reportOf = (name: string): string => join(folder, `${name}.xml`);
const cores = availableParallelism();
/** A suite that takes longer hangs: it is ended, and counts as failed. */
const limitMs = 40 * 60_000;

const bunOf = (name: string, files: readonly string[]): Suite => ({
  name,
  // Each file in a global of its own: in one for all, memory grows into gigabytes, and with it the time. The larger part is here.
  command: [
    process.execPath,
    "test",
    ...[`--parallel=${cores}`, "--timeout=240000", "--only-failures"],
    ...["--reporter=junit", `--reporter-outfile=${reportOf(name)}`],
    ...files,
  ],
});

/**
 * The files that Bun's runner leaves out when one of its workers crashes, which happens now and then with a global for each file
 * (https://github.com/oven-sh/bun/issues/41357).
 */
export const lostFiles = (said: string): string[] =>
  [...said.matchAll(/^✗ (\S+) \((?:worker crashed|aborted)/gm)].map(([, file = ""]) => file);

/** Shards, each a process: `--parallel` are threads, and a test that becomes somebody else takes all threads along. */
const shards = only.length > 0 || cores === 1 ? 1 : Math.max(2, Math.ceil(cores / 2));
const deno = Array.from({ length: shards }, (_, at): Suite => {
  const name = shards > 1 ? `Deno ${at + 1} of ${shards}` : "Deno";
  return {
    name,
    command: [
      bin("deno"),
      ...["test", "-A", "--no-check", "--quiet", "--reporter=dot", "--junit-path", reportOf(name)],
      "--v8-flags=--expose-gc", // A test asks what the collector leaves.
      ...(shards > 1 ? [`--shard=${at + 1}/${shards}`] : []),
      ...(only.length > 0 ? only : ["test/", "config/examples/"]),
    ],
  };
});

const browser: Suite = {
  name: "browser",
  command: [bin("playwright"), "test", "--config=test/e2e/playwright.config.ts", "--reporter=list,junit"],
  environment: { PLAYWRIGHT_JUNIT_OUTPUT_NAME: reportOf("browser") },
};

/** Both runtimes at once; the browser takes the place of what ends first. */
async function runAll(): Promise<Count[]> {
  const runs = [runBun(), ...deno.map(runSuite)];
  if (only.length > 0) return Promise.all(runs);
  await Promise.race(runs);
  return Promise.all([...runs, runSuite(browser)]);
}

const runSuite = async (suite: Suite): Promise<Count> => (await run(suite)).total;

/** What is lost to a crash of the runner is run again, once; a test that failed before stays failed. */
async function runBun(): Promise<Count> {
  const { report, total, said } = await run(bunOf("Bun", only));
  const lost = lostFiles(said);
  if (lost.length === 0) return total;
  const count = readReport(report, new Set(lost));
  print(`Bun's runner crashed; the ${lost.length} files that it lost are run again.\n`);
  const again = await runSuite(bunOf("Bun again", lost));
  const both = (key: keyof Count): number => count[key] + again[key];
  return { passed: both("passed"), failed: both("failed"), skipped: both("skipped") };
}

interface Run {
  /** JUnit's XML; empty if there is none. */
  readonly report: string;
  /** With a failure for a runner that failed without one. */
  readonly total: Count;
  readonly said: string;
}

async function run({ name, command, environment }: Suite): Promise<Run> {
  const start = Date.now();
  print(`== ${name} began\n`);
  const { code, said } = await runCommand(command, { ...environment, TMPDIR: temporaryFolder(name) });
  const report = existsSync(reportOf(name)) ? readFileSync(reportOf(name), "utf8") : "";
  const count = readReport(report);
  const isCrash = code !== 0 && count.failed === 0;
  const total = isCrash ? { ...count, failed: 1 } : count;
  const end = isCrash ? ` (the runner ended with ${code ?? "a signal"})` : "";
  const tookS = Math.round((Date.now() - start) / 1000);
  print(`\n== ${name}\n${withoutDots(said)}\n${name}: ${sentence(total)}${end}; ${tookS} s\n\n`);
  return { report, total, said };
}

function temporaryFolder(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

interface Ended {
  /** `null` after a signal. */
  readonly code: number | null;
  /** All that it wrote, in order. */
  readonly said: string;
}

function runCommand([program = "", ...args]: readonly string[], environment: NodeJS.ProcessEnv): Promise<Ended> {
  const child = spawn(program, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
    timeout: limitMs,
    killSignal: "SIGKILL",
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  const said = () => Buffer.concat(chunks).toString();
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, said: `${said()}${error.message}\n` }));
    child.once("close", (code) => resolve({ code, said: said() }));
  });
}

/** Deno writes a line for each dot where there is no terminal. */
const withoutDots = (said: string): string =>
  said
    .split("\n")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
    .filter((line) => !/^(\x1b\[\d+(;\d+)*m|[.,!])+$/.test(line))
    .join("\n")
    .trim();

/** Counts test cases of a JUnit report, but for those of some files. */
export function readReport(xml: string, without: ReadonlySet<string> = new Set()): Count {
  const all = xml.match(/<testcase\b[^>]*?(\/>|>[\s\S]*?<\/testcase>)/g) ?? [];
  const cases = all.filter((each) => !without.has(/\bfile="([^"]*)"/.exec(each)?.[1] ?? ""));
  const failed = cases.filter((each) => /<(failure|error)\b/.test(each)).length;
  const skipped = cases.filter((each) => /<skipped\b/.test(each)).length;
  return { passed: cases.length - failed - skipped, failed, skipped };
}

const sentence = ({ passed, failed, skipped }: Count): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;
const print = (text: string): void => void process.stdout.write(text);

const counts = await runAll();
rmSync(folder, { recursive: true, force: true });
const sum = (key: keyof Count): number => counts.reduce((total, each) => total + each[key], 0);
const total = { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
print(`${sentence(total)}\n`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
