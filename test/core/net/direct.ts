/** Run by itself, with an environment that names a proxy: prints what a server on this machine was asked for. */
import process from "node:process";
import { openGuard, startHttp } from "./servers.ts";

const server = await startHttp((request, response) => response.end(request.url === "/" ? "direct" : request.url));
const response = await openGuard()(`http://pinned.test:${server.port}/`);
process.stdout.write(await response.text());
await server.close();
