/**
 * Puts links of one's own in place of the avatar links in JSON of Azure DevOps: pull requests, work items, teams, Graph users, or whatever
 * has `imageUrl`, `avatarUrl` or `_links.avatar.href` in it. All else stays as it is, byte for byte. Also a library, without dependencies:
 *
 *     import { rewriteIdentities } from "cameo/azure";
 *     const json = await rewriteIdentities(text, { organization: "contoso", toUrl: ({ descriptor, id }) => `/azure/${descriptor ?? id}?w=64` });
 */
import { JsonScanner } from "./azure-devops-json.ts";
import { type RewriteOptions, Rewriter } from "./azure-devops-rewriter.ts";

export type { AvatarIdentity, RewriteOptions } from "./azure-devops-rewriter.ts";

/** As a stream: with memory for little more than a chunk. Invalid JSON ends it with a `SyntaxError`. */
export function rewriteIdentities(
  json: ReadableStream<Uint8Array>,
  options: RewriteOptions,
): ReadableStream<Uint8Array<ArrayBuffer>>;
/** As text. Rejects with a `SyntaxError` if it is not JSON. */
export function rewriteIdentities(json: string, options: RewriteOptions): Promise<string>;
/** As a value: a copy with other links. */
export function rewriteIdentities<T extends object>(json: T, options: RewriteOptions): Promise<T>;
export function rewriteIdentities(
  json: ReadableStream<Uint8Array> | string | object,
  options: RewriteOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> | Promise<unknown> {
  if (json instanceof ReadableStream) return toStream(rewrite(decode(json), options));
  if (typeof json === "string") return joined(rewrite(slices(json), options));
  return joined(rewrite(slices(JSON.stringify(json)), options)).then((text) => JSON.parse(text) as unknown);
}

async function joined(chunks: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const chunk of chunks) text += chunk;
  return text;
}

/** Most that is looked at in one go, so that what is under way stays bounded; in characters or bytes. */
const sliceSize = 65_536;

function* slices(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += sliceSize) yield text.slice(at, at + sliceSize);
}

async function* decode(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      for (let at = 0; at < value.length; at += sliceSize) yield decoded(decoder, value.subarray(at, at + sliceSize));
    }
    yield decoded(decoder);
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Without bytes: what is left at the end. */
function decoded(decoder: TextDecoder, bytes?: Uint8Array): string {
  try {
    return decoder.decode(bytes, { stream: bytes !== undefined });
  } catch {
    throw new SyntaxError("The JSON is not UTF-8.");
  }
}

function toStream(chunks: AsyncGenerator<string>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}

async function* rewrite(
  chunks: AsyncIterable<string> | Iterable<string>,
  options: RewriteOptions,
): AsyncGenerator<string> {
  const rewriter = new Rewriter(options);
  const scanner = new JsonScanner(rewriter, options);
  for await (const chunk of chunks) {
    scanner.write(chunk);
    yield* rewriter.take(false);
  }
  scanner.end();
  yield* rewriter.take(true);
}
