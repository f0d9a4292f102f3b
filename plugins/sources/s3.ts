/**
 * Images from a bucket of S3, or of any service that speaks like it: MinIO, R2, B2, Ceph, Garage, Spaces, Wasabi and more.
 *
 *     /products/shoes/red 42.jpg?w=300       the key `shoes/red 42.jpg`, below `prefix` if there is one
 *
 * Threat: a ref that leads out of the prefix or to another bucket; a service, or who stands between, that gets hold of the credentials.
 * Layers: the key is one escaped path, without `.` and `..`; requests are signed for one host, path and moment, and no redirect is followed: a bucket in
 * another region of AWS is asked for there, whatever the answer says of hosts.
 * Residual risk: over plain http, who stands between reads the pictures and a session token.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
import { type SourceHost, source } from "cameo/plugin";
import { impossible, isKey, slips, withSlash } from "./s3-address.ts";
import { denial, failure, isDenial, isMissing } from "./s3-answers.ts";
import { openBucket } from "./s3-bucket.ts";
import { options } from "./s3-options.ts";

export default source({
  name: "s3",
  options,
  query: ["versionId"],
  setup(given, host) {
    const wrong = impossible(given);
    if (wrong) throw host.fail("bad-setting", wrong);
    const bucket = openBucket(given, host);
    const prefix = withSlash(given.prefix);
    const denials = createDenials(host);
    return {
      normalize: (ref) => checkRef(ref, prefix, host),
      check: async () => [...slips(given), ...(await bucket.check())],
      async load(ref, context) {
        const key = prefix + checkRef(ref, prefix, host);
        const { versionId } = context.query;
        checkVersion(versionId, given.allowVersions, host);
        context.signal.throwIfAborted();
        const answer = await bucket.get(key, context);
        if (answer instanceof Response) {
          const found = await host.toOriginal(answer);
          denials.clear();
          return found;
        }
        if (isMissing(answer, versionId !== undefined)) return null;
        if (!isDenial(answer)) throw failure(answer, host);
        denials.note(answer.requestId);
        return null;
      },
    };
  },
});

function checkRef(ref: string, prefix: string, host: SourceHost): string {
  if (ref !== "" && isKey(prefix + ref)) return ref;
  throw host.fail(
    "bad-request",
    "The path must be a key of the bucket: at most 1024 bytes, without control characters and without `.` or `..` between slashes.",
  );
}

function checkVersion(versionId: string | undefined, isAllowed: boolean, host: SourceHost): void {
  if (versionId === undefined || (isAllowed && /^[\x21-\x7e]{1,1024}$/.test(versionId))) return;
  const why = isAllowed ? "it takes the ID of a version" : "the operator has not allowed it (`allowVersions`)";
  throw host.fail("bad-parameter", `"versionId" is refused: ${why}.`, { fields: { parameter: "versionId" } });
}

/** Once there was an object, so many denials in a row are no longer taken for missing ones. */
const manyDenials = 10;
/** How often the log hears of denials, in milliseconds. */
const warnMs = 3_600_000;

/** A denial may be a missing object or a missing permission: the log hears of it now and then, `/health` while nothing else comes. */
function createDenials(host: SourceHost) {
  const part = `s3 ${host.mount}`;
  let left = 1;
  let warnAtMs = Number.NEGATIVE_INFINITY;
  return {
    note(requestId: string | undefined): void {
      if (host.now() >= warnAtMs) {
        host.log.warn(denial, { mount: host.mount, requestId });
        warnAtMs = host.now() + warnMs;
      }
      left -= 1;
      if (left <= 0) host.trouble(part, host.fail("origin-failed", denial));
    },
    clear(): void {
      if (left <= 0) host.trouble(part, null);
      left = manyDenials;
    },
  };
}
