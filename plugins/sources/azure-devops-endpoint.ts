/** `POST /azure/identities`: JSON of Azure DevOps in, the same with signed links of this server out, as a stream. */
import { CameoError, type Endpoint, type SourceHost } from "cameo/plugin";
import type { Client } from "./azure-devops-client.ts";
import { type AvatarIdentity, rewriteIdentities } from "./azure-devops-identities.ts";
import type { AzureOptions } from "./azure-devops-options.ts";

/** So much is made before the answer begins: an error until then has a status of its own. In bytes. */
const firstBytes = 65_536;
/** Time for the avatars that are loaded beforehand, all together, in milliseconds; the endpoint itself has thirty seconds by default. */
const warmMs = 10_000;

export function identitiesEndpoint(options: AzureOptions, client: Client, host: SourceHost): Endpoint {
  const { organization, base, maxConcurrent, identities } = options;
  refuseOpenMount(options, host);
  return {
    method: "POST",
    path: `/${host.mount}/identities`,
    isForOperators: !identities.isOpen,
    async handle(request, { isOperator = false }) {
      const { searchParams, origin } = new URL(request.url);
      if (!request.body) throw host.fail("bad-request", "Send JSON of Azure DevOps as the body.");
      tryLink(identities, host);
      // Strangers, where it is open, get links but start no downloads.
      const isWarm = isOperator && /^(1|true)$/.test(searchParams.get("warm") ?? "");
      const warmUp = isWarm ? createWarmUp(identities.warm, host) : undefined;
      const toUrl = createLinks({ options, client, host, origin: host.baseUrl ?? origin, warmUp });
      const body = capped(request.body, identities.maxBytes, host);
      const rewritten = rewriteIdentities(body, { organization, base, concurrency: maxConcurrent, toUrl });
      const headers = {
        "content-type": "application/json",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      };
      return new Response(await begun(rewritten, host), { headers });
    },
  };
}

/**
 * Whoever may rewrite gets a signature for any descriptor or GUID that he writes. Directly below another mount that would be any of its refs, such as the
 * hash of a private avatar; below a link's own name (`/avatar/azure`) it is one of this source's.
 */
function refuseOpenMount({ identities: { isOpen, path } }: AzureOptions, host: SourceHost): void {
  if (!isOpen || path === undefined || path === `/${host.mount}` || path.lastIndexOf("/") > 0) return;
  const sentence = `mounts.${host.mount}.identities: with isOpen, path must not be all of another mount; take ${path}/${host.mount} or leave it out.`;
  throw host.fail("bad-setting", sentence);
}

/** A descriptor that nobody has. */
const anybody = "aad.YW55Ym9keQ";

/**
 * With a path or query that nothing takes every link would stay as it was, and below an avatar mount that does not know this one all would show
 * the default: nobody would know why.
 */
function tryLink({ path, query }: AzureOptions["identities"], host: SourceHost): void {
  const wrong = (why: string) =>
    host.fail("bad-setting", `No links can be made with path and query of mounts.${host.mount}.identities: ${why}`);
  let link: string;
  try {
    link = host.sign(`${path ?? `/${host.mount}`}/${anybody}${searchOf(query, "A")}`);
  } catch (error) {
    throw error instanceof CameoError ? wrong(error.detail) : error;
  }
  // An avatar mount puts another ref in place of one that it does not take.
  if (!link.includes(anybody))
    throw wrong(`${path} takes no descriptors; an avatar mount takes them below a link that its \`named\` lists.`);
}

const searchOf = (query: string, name: string): string =>
  query === "" ? "" : `?${query.replaceAll("{name}", () => encodeURIComponent(name))}`;

/** Of a name that goes into a URL. */
const mostNameChars = 100;

interface Links {
  readonly options: AzureOptions;
  readonly client: Client;
  readonly host: SourceHost;
  readonly origin: string;
  /** Loads an avatar; `false` if it cannot be had now. */
  readonly warmUp: ((path: string) => Promise<boolean>) | undefined;
}

function createLinks({ options: { identities }, client, host, origin, warmUp }: Links) {
  const { path = `/${host.mount}`, query, expiresS, onTrouble } = identities;
  return async ({ descriptor, id, name = "" }: AvatarIdentity): Promise<string | null> => {
    const ref = encodeURIComponent(descriptor ?? id ?? "");
    const isFine = warmUp ? await warmUp(`/${host.mount}/${ref}`) : !client.isTroubled();
    if (!isFine && onTrouble === "keep") return null;
    host.metrics.count("linksRewritten");
    const search = searchOf(query, name.slice(0, mostNameChars).toWellFormed());
    return origin + host.sign(`${path}/${ref}${search}`, expiresS === undefined ? {} : { expiresS });
  };
}

/** Loads the first so many; those that nobody waits for any more are taken to be fine. */
function createWarmUp(most: number, host: SourceHost): (path: string) => Promise<boolean> {
  const signal = AbortSignal.timeout(warmMs);
  let left = most;
  return async (path) => {
    if (left <= 0 || signal.aborted) return true;
    left -= 1;
    host.metrics.count("warmed");
    return host.original(path, { signal }).then(
      () => true,
      () => signal.aborted,
    );
  };
}

/** Ends a body that is too large. */
function capped(body: ReadableStream<Uint8Array>, maxBytes: number, host: SourceHost): ReadableStream<Uint8Array> {
  let size = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.byteLength;
      if (size > maxBytes)
        throw host.fail("source-too-large", `The JSON has more than ${maxBytes} bytes, the limit here.`);
      controller.enqueue(chunk);
    },
  });
  return body.pipeThrough(count);
}

/** The stream with its beginning made, so that what is wrong there can still be said. */
async function begun(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  host: SourceHost,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const reader = stream.getReader();
  const first: Uint8Array<ArrayBuffer>[] = [];
  try {
    for (let size = 0; size < firstBytes; ) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.byteLength;
      first.push(value);
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw host.fail("bad-request", error.message);
    throw error;
  }
  return new ReadableStream({
    async pull(controller) {
      const value = first.shift() ?? (await reader.read()).value;
      if (value) controller.enqueue(value);
      else controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
