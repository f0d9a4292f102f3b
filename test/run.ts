/**
 * `bun run test`: every suite on Bun and on Deno, then the browser; one closing line over all of them. Arguments narrow the files.
 * Suites: `bun test`, `deno test`, `playwright test`. They run side by side, and each runs several files at a time, so a test must
 * stand a busy machine and neighbours: free ports, folders of its own. What a suite writes is shown whole when it ends. Each writes a
 * report that is read here, so that no count is guessed. At the end, a few files with failures are run again, alone: what passes then is
 * named, and counts as passed.
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
  /** The same for some files. */
  again(files: readonly string[]): Suite;
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
  again: (files) => bunOf(`${name} again`, files),
});

const denoOf = (name: string, files: readonly string[], shard?: string): Suite => ({
  name,
  command: [
    bin("deno"),
    ...["test", "-A", "--no-check", "--quiet", "--reporter=dot", "--junit-path", reportOf(name)],
    "--v8-flags=--expose-gc", // A test asks what the collector leaves.
    ...(shard === undefined ? [] : [`--shard=${shard}`]),
    ...files,
  ],
  again: (files) => denoOf(`${name} again`, files),
});

/** Shards, each a process: `--parallel` are threads, and a test that becomes somebody else takes all threads along. */
const shards = only.length > 0 || cores === 1 ? 1 : Math.max(2, Math.ceil(cores / 2));
const denoFiles = only.length > 0 ? only : ["test/", "config/examples/"];
const deno = Array.from({ length: shards }, (_, at) =>
  shards > 1 ? denoOf(`Deno ${at + 1} of ${shards}`, denoFiles, `${at + 1}/${shards}`) : denoOf("Deno", denoFiles),
);

const browserOf = (name: string, files: readonly string[]): Suite => ({
  name,
  command: [bin("playwright"), "test", "--config=test/e2e/playwright.config.ts", "--reporter=list,junit", ...files],
  environment: { PLAYWRIGHT_JUNIT_OUTPUT_NAME: reportOf(name) },
  again: (files) => browserOf(`${name} again`, files),
});

/** Both runtimes at once; the browser takes the place of what ends first. */
async function runAll(): Promise<Run[]> {
  const runs = [bunOf("Bun", only), ...deno].map(run);
  if (only.length > 0) return Promise.all(runs);
  await Promise.race(runs);
  return Promise.all([...runs, run(browserOf("browser", []))]);
}

/** Deno names the file in which a test is written, which may be a suite that several files share: nobody knows which of them to run. */
const isTestFile = (file: string): boolean => /\.(test|browser)\.ts$/.test(file);

/** More files with failures than these are no accident. */
const maxUnsteady = 3;

/**
 * Runs again, alone, what a crash of the runner took away and what failed in a few files: on a busy machine some of thousands of tests may meet
 * a moment that nobody thought of, and a defect fails again. Not where the files were chosen: whoever looks at one wants to see it.
 */
async function runAgain({ suite, report, total, said }: Run): Promise<Count> {
  const lost = lostFiles(said);
  const failed = failedFiles(report).filter((file) => !lost.includes(file));
  const mayGoAgain = only.length === 0 && failed.length <= maxUnsteady && failed.every(isTestFile);
  const unsteady = mayGoAgain ? failed : [];
  const files = [...lost, ...unsteady];
  if (files.length === 0) return total;
  if (lost.length > 0)
    print(`${suite.name}: the runner crashed; the ${lost.length} files that it lost are run again.\n`);
  if (unsteady.length > 0) print(`${suite.name}: failures in ${unsteady.join(", ")}; run again, alone.\n`);
  const again = await run(suite.again(files));
  const count = readReport(report, new Set(files));
  const both = {
    passed: count.passed + again.total.passed,
    failed: count.failed + again.total.failed,
    skipped: count.skipped + again.total.skipped,
  };
  if (allOf(both) >= allOf(total)) {
    const left = failedFiles(again.report);
    const steadied = again.code === 0 ? unsteady.filter((file) => !left.includes(file)) : [];
    if (steadied.length > 0) print(`UNSTEADY on ${suite.name}, failed and then passed: ${steadied.join(", ")}\n\n`);
    return both;
  }
  print(`${suite.name}: the second run had fewer tests than the first; what failed stays failed.\n\n`);
  return total;
}

/**
 * The files that Bun's runner leaves out when one of its workers crashes, which happens now and then with a global for each file
 * (https://github.com/oven-sh/bun/issues/41357).
 */
const lostFiles = (said: string): string[] =>
  [...said.matchAll(/^✗ (\S+) \((?:worker crashed|aborted)/gm)].map(([, file = ""]) => file);

interface Run {
  readonly suite: Suite;
  /** Of the runner; `null` after a signal. */
  readonly code: number | null;
  /** JUnit's XML; empty if there is none. */
  readonly report: string;
  /** With a failure for a runner that failed without one. */
  readonly total: Count;
  readonly said: string;
}

async function run(suite: Suite): Promise<Run> {
  const { name, command, environment } = suite;
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
  return { suite, code, report, total, said };
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

const casesOf = (xml: string): string[] => xml.match(/<testcase\b[^>]*?(\/>|>[\s\S]*?<\/testcase>)/g) ?? [];
const isFailed = (testcase: string): boolean => /<(failure|error)\b/.test(testcase);
/** Bun writes a case's file as `file`, the others as `classname`. */
const fileOf = (testcase: string): string =>
  (/\bfile="([^"]+)"/.exec(testcase) ?? /\bclassname="([^"]+)"/.exec(testcase))?.[1] ?? "";

/** Files of a JUnit report in which a case failed. */
const failedFiles = (xml: string): string[] => [...new Set(casesOf(xml).filter(isFailed).map(fileOf))];

/** Counts test cases of a JUnit report, but for those of some files. */
function readReport(xml: string, without: ReadonlySet<string> = new Set()): Count {
  const cases = casesOf(xml).filter((each) => !without.has(fileOf(each)));
  const failed = cases.filter(isFailed).length;
  const skipped = cases.filter((each) => /<skipped\b/.test(each)).length;
  return { passed: cases.length - failed - skipped, failed, skipped };
}

const allOf = ({ passed, failed, skipped }: Count): number => passed + failed + skipped;
const sentence = ({ passed, failed, skipped }: Count): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;
const print = (text: string): void => void process.stdout.write(text);

const counts: Count[] = [];
for (const each of await runAll()) counts.push(await runAgain(each));
rmSync(folder, { recursive: true, force: true });
const sum = (key: keyof Count): number => counts.reduce((total, each) => total + each[key], 0);
const total = { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
print(`${sentence(total)}\n`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
