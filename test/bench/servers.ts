/** Starts the servers that are compared, each on a free port of 127.0.0.1 with its logs in a file. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { decompress } from "woff2-encoder";
import { packagedFonts } from "../../plugins/engines/satori-fonts-packaged.ts";
import { type Child, freePort, residentBytes, start, tryRun } from "./children.ts";
import { type Answer, openConnection } from "./http-client.ts";
import { ipxScript, ogModule } from "./peers.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Server extends Child {
  readonly port: number;
  /** From the start of the process to the first 200 for the path it was started with, in milliseconds. */
  readonly startMs: number;
}

export interface Place {
  /** Folder for settings, caches and logs of this run. */
  readonly scratch: string;
  /** Folder with the pictures that are served. */
  readonly photos: string;
}

export interface CameoOptions {
  /** Merged over the bench's settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly workers?: number;
  /** The folder of an earlier run, to start on its disk cache. */
  readonly home?: string;
  /** The program to start. Default: from source. */
  readonly program?: readonly [string, ...string[]];
  /** Asked for until it answers. Default `/health`. */
  readonly firstPath?: string;
}

export interface CameoServer extends Server {
  readonly home: string;
}

const fromSource = [process.execPath, join(root, "config/main.ts")] as const;
/** The binary that `bun run build` makes. */
export const binary = join(root, "dist/cameo");

/** Cameo with its defaults: memory and disk cache, one worker per core, one log line per request. */
export async function startCameo({ scratch, photos }: Place, options: CameoOptions = {}): Promise<CameoServer> {
  const home = options.home ?? (await mkdtemp(join(scratch, "cameo-")));
  const port = await freePort();
  const settings = {
    port,
    dataPath: join(home, "data"),
    mounts: { images: { source: "file", base: photos, maxAgeS: 3600 } },
    cache: { disk: { path: join(home, "cache") } },
    ...options.settings,
  };
  const config = join(home, "settings.json");
  await writeFile(config, JSON.stringify(settings));
  const workers = options.workers ? ["--workers", String(options.workers)] : [];
  const command = [...(options.program ?? fromSource), "serve", "--config", config, ...workers] as [
    string,
    ...string[],
  ];
  const log = join(home, "log.txt");
  return { ...(await startServer({ command, port, log, cwd: home }, options.firstPath ?? "/health")), home };
}

/** IPX's own command under Node. It keeps no results, so each request is a cold one. */
export async function startIpx({ scratch, photos }: Place, firstPath: string): Promise<Server> {
  const port = await freePort();
  const address = ["--port", String(port), "--host", "127.0.0.1"];
  const command = ["node", ipxScript, "serve", "--dir", photos, ...address] as [string, ...string[]];
  const env = { NODE_ENV: "production" };
  return startServer({ command, port, log: join(scratch, "ipx.txt"), env }, firstPath);
}

/** @vercel/og under Node with the fonts that Cameo ships. */
export async function startOg({ scratch }: Place, workers: number): Promise<Server> {
  const port = await freePort();
  const script = fileURLToPath(new URL("./og-server.js", import.meta.url));
  const command = ["node", script, ogModule, String(port), String(workers), JSON.stringify(await writeFonts(scratch))];
  const env = { NODE_ENV: "production" };
  return startServer({ command: command as [string, ...string[]], port, log: join(scratch, "og.txt"), env }, "/");
}

/** As TTF, since the peer reads no WOFF2. */
async function writeFonts(scratch: string): Promise<{ file: string; name: string; weight: number }[]> {
  const fonts = packagedFonts.filter(({ family, script }) => script === "core" && family.startsWith("Inter"));
  return Promise.all(
    fonts.map(async ({ specifier, family: name, weight }) => {
      const file = join(scratch, `${name} ${weight}.ttf`);
      await writeFile(file, await decompress(await readFile(fileURLToPath(import.meta.resolve(specifier)))));
      return { file, name, weight };
    }),
  );
}

/** `nginx/1.22.1`; `undefined` if it is not installed. */
export async function nginxVersion(): Promise<string | undefined> {
  const text = await tryRun(["sh", "-c", "nginx -v 2>&1"]);
  return text && /nginx\/\S+/.exec(text)?.[0];
}

/** nginx with files from a folder. */
export async function startNginx({ scratch }: Place, files: string, firstPath: string): Promise<Server> {
  const port = await freePort();
  const home = join(scratch, "nginx");
  await mkdir(home, { recursive: true });
  await writeFile(join(home, "nginx.conf"), nginxSettings(home, files, port));
  const command = ["nginx", "-p", home, "-c", join(home, "nginx.conf"), "-e", join(home, "error.txt")] as const;
  return startServer({ command: [...command], port, log: join(home, "log.txt") }, firstPath);
}

function nginxSettings(home: string, files: string, port: number): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
    daemon off; pid ${home}/nginx.pid; worker_processes 2;
    ${process.getuid?.() === 0 ? "user root;" : ""}
    events { worker_connections 512; }
    http {
      ${temporary.map((name) => `${name}_temp_path ${home}/${name};`).join(" ")}
      access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
      types { image/webp webp; }
      server { listen 127.0.0.1:${port}; root ${files}; }
    }`;
}

interface ServerStart {
  readonly command: [string, ...string[]];
  readonly port: number;
  readonly log: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** How long a server may take until it answers, in milliseconds. */
const patienceMs = 30_000;

async function startServer(given: ServerStart, firstPath: string): Promise<Server> {
  const started = performance.now();
  const child = start(given);
  for (;;) {
    const answer = await ask(given.port, firstPath).catch(() => undefined);
    if (answer?.status === 200) break;
    const isGone = !existsSync(`/proc/${child.pid}`) || residentBytes(child.pid) === 0;
    if (isGone || performance.now() - started > patienceMs) {
      throw new Error(`${given.command.join(" ")} does not answer ${firstPath} (${answer?.status}); see ${given.log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { ...child, port: given.port, startMs: performance.now() - started };
}

/** One GET over a connection of its own. */
export async function ask(port: number, path: string): Promise<Answer> {
  const connection = await openConnection("127.0.0.1", port);
  try {
    return await connection.get(path);
  } finally {
    connection.close();
  }
}
