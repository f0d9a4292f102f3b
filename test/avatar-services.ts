/** Gravatar, Libravatar and GitHub on this machine, built from their documented answers, unpleasant ones included. */
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { encodePng, pngColor } from "./fixtures/formats/png.ts";

/** What a service does in place of answering: a 500, a 429, a page of HTML, half a body, a picture of 6 MiB, no answer until it is over, a dead connection. */
export type Trouble = "broken" | "limited" | "html" | "half" | "huge" | "slow" | "dead";

export interface ServicePicture {
  readonly body: Uint8Array;
  readonly rating?: "g" | "pg" | "r" | "x";
}

export interface Service {
  readonly base: string;
  /** By hash or login. */
  readonly pictures: Map<string, ServicePicture>;
  /** Paths in the order in which they were asked for. */
  readonly asked: string[];
  /** What it does in place of answering, if set. */
  trouble: Trouble | undefined;
  /** How long each answer takes, in milliseconds. */
  delayMs: number;
  /** Ends the trouble and answers those that wait. */
  recover(): void;
}

export interface Services {
  readonly gravatar: Service;
  readonly libravatar: Service;
  readonly github: Service;
  /** A PNG of 64 × 64. */
  readonly picture: Uint8Array;
  close(): Promise<void>;
}

/** When every picture was last changed. */
export const changedAt = "Tue, 03 Mar 2020 10:20:30 GMT";

export async function startServices(): Promise<Services> {
  const gravatar = await startService(answerGravatar);
  const libravatar = await startService(answerLibravatar);
  const github = await startService(answerGitHub);
  const all = [gravatar, libravatar, github];
  return {
    gravatar: gravatar.service,
    libravatar: libravatar.service,
    github: github.service,
    picture: makePicture(200, 30, 30),
    close: async () => void (await Promise.all(all.map(({ close }) => close()))),
  };
}

type Answering = (service: Service, url: URL, request: IncomingMessage, response: ServerResponse) => void;

async function startService(answer: Answering) {
  const waiting: (() => void)[] = [];
  const sockets = new Set<Socket>();
  const server = http.createServer((request, response) => {
    service.asked.push(request.url ?? "");
    const go = () => {
      if (service.trouble === "slow") return void waiting.push(go);
      const url = new URL(request.url ?? "/", service.base);
      if (service.trouble) return misbehave(service.trouble, response);
      answer(service, url, request, response);
    };
    if (service.delayMs > 0) setTimeout(go, service.delayMs);
    else go();
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const service: Service = {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pictures: new Map(),
    asked: [],
    trouble: undefined,
    delayMs: 0,
    recover() {
      service.trouble = undefined;
      for (const go of waiting.splice(0)) go();
    },
  };
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return { service, close };
}

function misbehave(trouble: Exclude<Trouble, "slow">, response: ServerResponse): void {
  const html = { "content-type": "text/html; charset=utf-8" };
  switch (trouble) {
    case "broken":
      return void response.writeHead(500, html).end("<h1>Something went wrong</h1>");
    case "limited":
      return void response.writeHead(429, { ...html, "retry-after": "17" }).end("<h1>Too many requests</h1>");
    case "html":
      return void response.writeHead(200, { "content-type": "image/png" }).end("<!doctype html><title>Sign in</title>");
    case "half":
      response.writeHead(200, { "content-type": "image/png", "content-length": "5000" });
      return void response.write(makePicture(1, 2, 3).subarray(0, 60), () => response.socket?.destroy());
    case "huge":
      return void response.writeHead(200, { "content-type": "image/png" }).end(new Uint8Array(6 * 2 ** 20));
    case "dead":
      return void response.socket?.destroy();
  }
}

const ratings = ["g", "pg", "r", "x"];

/** https://docs.gravatar.com/sdk/images/: `d=404` is a plain 404, a rating above `r` counts as no picture. */
function answerGravatar(service: Service, url: URL, request: IncomingMessage, response: ServerResponse): void {
  const picture = service.pictures.get(url.pathname.replace("/avatar/", ""));
  const most = ratings.indexOf(url.searchParams.get("r") ?? "g");
  const isShown = picture && ratings.indexOf(picture.rating ?? "g") <= most;
  sendPicture(isShown ? picture.body : undefined, "404 Not Found", request, response);
}

/** https://wiki.libravatar.org/api/ */
function answerLibravatar(service: Service, url: URL, request: IncomingMessage, response: ServerResponse): void {
  sendPicture(service.pictures.get(url.pathname.replace("/avatar/", ""))?.body, "404 Not Found", request, response);
}

/** `/octocat.png` sends on to the host of the pictures. */
function answerGitHub(service: Service, url: URL, request: IncomingMessage, response: ServerResponse): void {
  const login = /^\/(u\/)?([\w-]+?)(\.png)?$/.exec(url.pathname);
  const picture = service.pictures.get(login?.[2] ?? "");
  const location = `${service.base}/u/${login?.[2]}?v=4&s=${url.searchParams.get("size")}`;
  if (picture && !login?.[1]) response.writeHead(302, { location, "content-type": "text/html" }).end();
  else sendPicture(picture?.body, "<h1>Not Found</h1>", request, response);
}

function sendPicture(
  body: Uint8Array | undefined,
  page: string,
  { headers }: IncomingMessage,
  response: ServerResponse,
): void {
  const known = { "cache-control": "max-age=300", "access-control-allow-origin": "*" };
  if (!body) return void response.writeHead(404, { ...known, "content-type": "text/html" }).end(page);
  if (headers["if-modified-since"] === changedAt) return void response.writeHead(304, known).end();
  const more = { "content-type": "image/png", "last-modified": changedAt, "content-disposition": "inline" };
  response.writeHead(200, { ...known, ...more }).end(body);
}

/** A PNG of 64 × 64 in one colour. */
export const makePicture = (red: number, green: number, blue: number): Uint8Array =>
  encodePng({ width: 64, height: 64, depth: 8, color: pngColor.rgb, sample: () => [red, green, blue] });
