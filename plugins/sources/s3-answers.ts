/**
 * What a service answers in place of an object: which setting is to be changed, in sentences that hold no name, key or secret of anybody.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
import type { SourceHost } from "cameo/plugin";

/** The parts of an error that are used. What does not look as documented is left out. */
export interface Problem {
  readonly status: number;
  /** `NoSuchKey`; empty if there is none. */
  readonly code: string;
  /** The permission that is missing, such as `s3:GetObject`, where the service names it. */
  readonly action?: string | undefined;
  /** Where the bucket is, if the service says so. */
  readonly region?: string | undefined;
  /** For the support of the service. */
  readonly requestId?: string | undefined;
}

/** Errors are a few hundred bytes; of what is more, only the beginning is read. */
const maxErrorBytes = 16_384;

/** Reads the few values by their shape. No XML parser is needed, which hostile XML could keep busy. */
export async function readProblem(response: Response): Promise<Problem> {
  const { status, headers } = response;
  const body = new Uint8Array(await response.arrayBuffer()).subarray(0, maxErrorBytes);
  const text = new TextDecoder().decode(body);
  const xml = /^\s*(<\?xml[^>]*>\s*)?<Error[\s>]/.test(text) ? text : "";
  return {
    status,
    code: /<Code>([\w.]{1,64})<\/Code>/.exec(xml)?.[1] ?? "",
    action: /not authorized to perform: ([a-z0-9-]{1,20}:\w{1,60})/i.exec(xml)?.[1],
    region: [headers.get("x-amz-bucket-region"), /<Region>([\w-]{1,40})<\/Region>/.exec(xml)?.[1]].find(isRegion),
    requestId: [headers.get("x-amz-request-id")].find((id) => /^[\w.:/+=-]{1,100}$/.test(id ?? "")) ?? undefined,
  };
}

const isRegion = (text: string | null | undefined): text is string => /^[\w-]{1,40}$/.test(text ?? "");

/** What a wrong or old key is answered with. */
const refusals: ReadonlySet<string> = new Set([
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "ExpiredToken",
  "InvalidToken",
  "TokenRefreshRequired",
]);

/** Whether another key might help. */
export const isRefusal = ({ status, code }: Problem): boolean => status === 401 || refusals.has(code);

const regionCodes: ReadonlySet<string> = new Set([
  "PermanentRedirect",
  "TemporaryRedirect",
  "Redirect",
  "AuthorizationHeaderMalformed",
  "IllegalLocationConstraintException",
]);

/** Whether the bucket was looked for in the wrong place. */
export const isMisplaced = ({ status, code }: Problem): boolean =>
  (status >= 300 && status < 400) || regionCodes.has(code);

/** Whether the object is not there, as a service says it to one who may know. */
export const isMissing = ({ status, code }: Problem, isVersion: boolean): boolean =>
  (status === 404 && code !== "NoSuchBucket") || (isVersion && (status === 405 || code === "InvalidArgument"));

/**
 * Whether a service says no more than that it does not give the object. Without the permission to list the bucket nobody is told whether a key is there, so
 * that this is the usual answer for a missing one. Where the service names another permission that is missing, it is that.
 */
export const isDenial = ({ status, code, action }: Problem): boolean =>
  status === 403 && code === "AccessDenied" && (action === undefined || action.toLowerCase() === "s3:listbucket");

export const denial =
  "The bucket denies access to an object, which is either not there or not open to the credentials of this mount: grant `s3:GetObject`, and `s3:ListBucket` to have the two told apart.";

const wrongKey = "The storage does not accept the credentials of this mount; the operator has to check";
const wrongPlace = "The bucket is not where it was looked for; the operator has to check";

const sentences: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: `${wrongKey} \`accessKeyId\`, and that \`endpoint\` is the service that it is from.`,
  SignatureDoesNotMatch: `${wrongKey} \`secretAccessKey\`, and that nothing between changes \`Host\` or the path.`,
  ExpiredToken: `${wrongKey} \`sessionToken\`: it has expired. With \`…File\` for each part they can be replaced while the server runs.`,
  InvalidToken: `${wrongKey} \`sessionToken\`.`,
  TokenRefreshRequired: `${wrongKey} \`sessionToken\`: it has to be renewed.`,
  RequestTimeTooSkewed:
    "The clock of this server or of the storage is wrong; the operator has to set it, such as by NTP.",
  NoSuchBucket: "There is no such bucket; the operator has to check `bucket`, `region` and `endpoint`.",
  InvalidBucketName: "There can be no such bucket; the operator has to check `bucket` and `endpoint`.",
  PermanentRedirect: `${wrongPlace} \`region\` and \`endpoint\`.`,
  AuthorizationHeaderMalformed: `${wrongPlace} \`region\`.`,
  IllegalLocationConstraintException: `${wrongPlace} \`region\` and \`endpoint\`.`,
  InvalidObjectState:
    "The object is archived (Glacier) and cannot be read; restore it, or copy it to another storage class.",
  AllAccessDisabled: "The storage has closed this bucket to everybody; its owner has to ask the service.",
  AccountProblem: "The storage has a problem with the account that owns the bucket; its owner has to ask the service.",
};

/** The error to throw. */
export function failure(problem: Problem, host: SourceHost): Error {
  const { status, code, requestId, region } = problem;
  const log = { s3Code: code, requestId, bucketRegion: region };
  return host.fail("origin-failed", sentenceOf(problem), { fields: { originStatus: status }, log });
}

function sentenceOf(problem: Problem): string {
  const { status, code, action } = problem;
  if (Object.hasOwn(sentences, code)) return sentences[code] ?? "";
  if (/^KMS\./.test(code)) {
    return "The key that the object is encrypted with cannot be used; the operator has to check it in KMS, and grant `kms:Decrypt`.";
  }
  if (action) return `The credentials of this mount lack the permission \`${action}\`; the operator has to grant it.`;
  if (isMisplaced(problem))
    return `${wrongPlace} \`region\` and \`endpoint\`: it redirects, and no signature is sent after a redirect.`;
  if (isRefusal(problem)) return `${wrongKey} \`accessKeyId\` and \`secretAccessKey\`.`;
  return `The storage answered ${status}${code === "" ? "" : ` (${code})`}; if that stays, the operator has to check the mount.`;
}
