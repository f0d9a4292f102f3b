/** @vercel/og behind node:http, one process per worker. Run by Node: `node og-server.js <its module> <port> <workers> <fonts as JSON>`. */
import cluster from "node:cluster";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { cardTree } from "./card-tree.js";

const [, , module, port, workers, list] = process.argv;

if (cluster.isPrimary) {
  for (let count = 0; count < Number(workers); count++) cluster.fork();
} else {
  // Its bundle uses what an ES module does not have, and looks for HarfBuzz beside itself, where it is not.
  const require = createRequire(import.meta.url);
  Object.assign(globalThis, { require, __dirname: dirname(require.resolve("harfbuzzjs")) });
  const { ImageResponse } = await import(pathToFileURL(module).href);
  const fonts = JSON.parse(list).map(({ file, ...font }) => ({ ...font, data: readFileSync(file) }));
  createServer(async (request, response) => {
    const query = new URL(request.url, "http://localhost").searchParams;
    const tree = cardTree(query.get("title") ?? "", query.get("subtitle") ?? "");
    const image = new ImageResponse(tree, { width: 1200, height: 630, fonts });
    const body = Buffer.from(await image.arrayBuffer());
    response.writeHead(200, { "content-type": "image/png", "content-length": body.length }).end(body);
  }).listen(Number(port), "127.0.0.1");
}
