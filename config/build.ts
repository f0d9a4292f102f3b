/**
 * `bun run build [--target=bun-linux-arm64] [--outfile=dist/cameo]`: one executable with the runtime, engines, samples and docs inside.
 * Targets are those of `bun build --compile`. The only script that needs Bun itself.
 */
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { packagedFiles, sampleFiles } from "./assets.ts";

const { values } = parseArgs({
  options: { target: { type: "string" }, outfile: { type: "string", default: "dist/cameo" } },
});

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A module that imports each file as a file, so that the compiler embeds it. */
function embeddedModule(): string {
  const files = [
    ...packagedFiles.map((specifier) => [specifier, fileURLToPath(import.meta.resolve(specifier))] as const),
    ...sampleFiles.map((name) => [`samples/${name}`, here(`./samples/${name}`)] as const),
  ];
  const imports = files.map(
    ([, path], index) => `import f${index} from ${JSON.stringify(path)} with { type: "file" };`,
  );
  const entries = files.map(([specifier], index) => `${JSON.stringify(specifier)}: f${index}`);
  return `${imports.join("\n")}\nexport const embedded = { ${entries.join(", ")} };`;
}

const outfile = resolve(values.outfile);
await mkdir(dirname(outfile), { recursive: true });
const result = await Bun.build({
  entrypoints: [here("./main.ts"), here("./worker.ts")],
  // Plugins in folders may import npm packages beside them, whose entries are named in their `package.json`.
  compile: {
    outfile,
    autoloadPackageJson: true,
    ...(values.target ? { target: values.target as Bun.Build.CompileTarget } : {}),
  },
  minify: { syntax: true, whitespace: true },
  plugins: [
    {
      name: "embed",
      setup(build) {
        build.onResolve({ filter: /\/embedded\.ts$/ }, () => ({ path: "embedded", namespace: "embed" }));
        build.onLoad({ filter: /.*/, namespace: "embed" }, () => ({ loader: "js", contents: embeddedModule() }));
      },
    },
  ],
});
if (!result.success) throw new AggregateError(result.logs, "the build failed");
process.stdout.write(`${outfile} ${Math.round((Bun.file(outfile).size / 2 ** 20) * 10) / 10} MiB\n`);
