/**
 * `bun run test`: every suite on Bun and on Deno, then the browser; one closing line over all of them. Arguments narrow the files.
 * Suites: `bun test`, `deno test`, `playwright test`. Each writes a report that is read here, so that no count is guessed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
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
  readonly report: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const reports = mkdtempSync(join(tmpdir(), "cameo-test-"));
const only = process.argv.slice(2);
const bin = (name: string): string => join(root, "node_modules", ".bin", name);

const suites: readonly Suite[] = [
  {
    name: "Bun",
    command: [
      process.execPath,
      "test",
      "--timeout=60000",
      "--reporter=junit",
      `--reporter-outfile=${join(reports, "bun.xml")}`,
      ...only,
    ],
    report: join(reports, "bun.xml"),
  },
  {
    name: "Deno",
    command: [
      bin("deno"),
      ...["test", "-A", "--no-check", "--quiet", "--reporter=dot", "--junit-path", join(reports, "deno.xml")],
      ...(only.length > 0 ? only : ["test/", "config/examples/"]),
    ],
    report: join(reports, "deno.xml"),
  },
  ...(only.length > 0
    ? []
    : [
        {
          name: "browser",
          command: [bin("playwright"), "test", "--config=test/e2e/playwright.config.ts", "--reporter=list,junit"],
          report: join(reports, "browser.xml"),
          environment: { PLAYWRIGHT_JUNIT_OUTPUT_NAME: join(reports, "browser.xml") },
        },
      ]),
];

function run({ name, command, report, environment }: Suite): Count {
  const [program = "", ...args] = command;
  print(`\n== ${name}\n`);
  const { status } = spawnSync(program, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...environment } });
  const count = existsSync(report) ? readReport(readFileSync(report, "utf8")) : { passed: 0, failed: 0, skipped: 0 };
  const isCrash = status !== 0 && count.failed === 0;
  const total = isCrash ? { ...count, failed: 1 } : count;
  print(`${name}: ${sentence(total)}${isCrash ? ` (the runner ended with ${status ?? "a signal"})` : ""}\n`);
  return total;
}

/** Counts test cases of a JUnit report. */
export function readReport(xml: string): Count {
  const cases = xml.match(/<testcase\b[^>]*?(\/>|>[\s\S]*?<\/testcase>)/g) ?? [];
  const failed = cases.filter((each) => /<(failure|error)\b/.test(each)).length;
  const skipped = cases.filter((each) => /<skipped\b/.test(each)).length;
  return { passed: cases.length - failed - skipped, failed, skipped };
}

const sentence = ({ passed, failed, skipped }: Count): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;
const print = (text: string): void => void process.stdout.write(text);

const counts = suites.map(run);
rmSync(reports, { recursive: true, force: true });
const sum = (key: keyof Count): number => counts.reduce((total, each) => total + each[key], 0);
const total = { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
print(`\n${sentence(total)}\n`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
