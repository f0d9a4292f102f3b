/** Requests to one bucket: signed for one host, path and moment, never past a redirect, and corrected where the answer shows how. */
import { AwsV4Signer } from "aws4fetch";
import type { LoadContext, SourceHost } from "cameo/plugin";
import { objectUrl } from "./s3-address.ts";
import { isMisplaced, isRefusal, type Problem, readProblem } from "./s3-answers.ts";
import { type Credentials, createCredentials } from "./s3-credentials.ts";
import type { S3Options } from "./s3-options.ts";

export interface Bucket {
  /** An object or that it has not changed, and what other origins answer too; or the bucket's own reason why not. */
  get(key: string, context: LoadContext): Promise<Response | Problem>;
  /** What is wrong with the settings, as sentences. */
  check(): Promise<string[]>;
}

/** How an object is asked for. */
interface Attempt {
  readonly region: string;
  readonly credentials: Credentials | undefined;
}

/** The region and the key may each be corrected once. */
const maxCorrections = 2;

/** Throws `bad-setting`. */
export function openBucket(options: S3Options, host: SourceHost): Bucket {
  const { endpoint, maxBytes, timeoutMs } = options;
  const credentials = createCredentials(options, host);
  let { region } = options;

  async function get(key: string, context: LoadContext): Promise<Response | Problem> {
    const signal = timeoutMs ? AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]) : context.signal;
    let attempt: Attempt = { region, credentials: await credentials.read() };
    for (let left = maxCorrections; ; left--) {
      const answer = await getOnce(key, attempt, { ...context, signal });
      const next = answer instanceof Response || left === 0 ? undefined : await corrected(answer, attempt);
      if (!next) return answer;
      attempt = next;
    }
  }

  async function getOnce(key: string, attempt: Attempt, context: LoadContext): Promise<Response | Problem> {
    const url = objectUrl({ ...options, region: attempt.region }, key);
    const { versionId } = context.query;
    if (versionId !== undefined) url.search = `?versionId=${encodeURIComponent(versionId)}`;
    const response = await host.fetch(url, {
      headers: { accept: "image/*", ...validators(context), ...(await signature(url, attempt, host.now())) },
      signal: context.signal,
      redirect: "manual",
      ...(maxBytes === undefined ? {} : { maxBytes }),
    });
    const isCommon = response.ok || response.status === 304 || response.status === 429 || response.status >= 500;
    return isCommon ? response : readProblem(response);
  }

  /** The same once more, without what the answer shows to be wrong. `undefined` if it shows nothing that can be mended here. */
  async function corrected(
    problem: Problem,
    { region: tried, credentials: used }: Attempt,
  ): Promise<Attempt | undefined> {
    const right = elsewhere(problem, tried);
    if (right !== undefined) {
      if (right !== region)
        host.log.warn("the bucket is in another region; set `region`", { mount: host.mount, region: right });
      region = right;
      return { region: right, credentials: used };
    }
    if (!isRefusal(problem)) return undefined;
    const now = await credentials.read();
    return isSame(now, used) ? undefined : { region: tried, credentials: now };
  }

  /** The region to ask in. A redirect of a service other than AWS leads to a host that only the operator may name. */
  function elsewhere(problem: Problem, tried: string): string | undefined {
    const isHere = endpoint === undefined || problem.status >= 400;
    return isHere && isMisplaced(problem) && problem.region !== tried ? problem.region : undefined;
  }

  return { get, check: credentials.check };
}

const validators = ({ previous }: LoadContext): Record<string, string> => ({
  ...(previous?.etag === undefined ? {} : { "if-none-match": previous.etag }),
  ...(previous?.lastModified === undefined ? {} : { "if-modified-since": previous.lastModified }),
});

/** SHA-256 of nothing: the body of a GET. */
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Covers host, path, query and time, and no header that a proxy may change. Nothing without credentials. */
async function signature(url: URL, { region, credentials }: Attempt, nowMs: number): Promise<Record<string, string>> {
  if (!credentials) return {};
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const { headers } = await new AwsV4Signer({
    url: url.href,
    method: "GET",
    service: "s3",
    region,
    accessKeyId,
    secretAccessKey,
    ...(sessionToken ? { sessionToken } : {}),
    datetime: new Date(nowMs).toISOString().replace(/[:-]|\.\d{3}/g, ""),
    headers: { "x-amz-content-sha256": emptyHash },
  }).sign();
  return Object.fromEntries(headers);
}

const isSame = (one: Credentials | undefined, other: Credentials | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
