/** A server that takes one upload after the other until it is killed; each that is done is a line. Run by `upload-killed.test.ts` with a folder. */
import process from "node:process";
import { fixture } from "../fixtures/fixture.ts";
import { startUploads, upload } from "./upload-server.ts";

const files = await Promise.all((["png-rgb", "png-grey"] as const).map((name) => fixture(name)));
const app = await startUploads([], process.argv[2] ?? "");
for (let at = 0; ; at++) {
  const { asset, urls } = await upload(app, files[at % files.length] ?? new Uint8Array());
  await (await app.get(`${urls[0]}?s=50`)).bytes();
  process.stdout.write(`${asset}\n`);
}
