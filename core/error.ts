/**
 * One error class and one table of codes. The client learns what to change (`detail`), the log learns why (`cause`, `log`).
 * `core/http/problem.ts` is the only file that turns these into responses (RFC 9457).
 */

/** What each code means to HTTP, to a retrying client and to the log. */
export interface CodeInfo {
  /** HTTP status. */
  readonly status: number;
  /** Short human title, the same for every error of this code. */
  readonly title: string;
  /** Whether the same request may work later without a change. */
  readonly retryable: boolean;
  /** Whether the operator should hear of it: logged as a warning and shown in `/health`. */
  readonly report: boolean;
  /** Seconds that a cache may keep the answer; 0 is `no-store`. */
  readonly cacheS: number;
}

export const codes = {
  "bad-parameter": { status: 400, title: "Bad parameter", retryable: false, report: false, cacheS: 30 },
  "bad-request": { status: 400, title: "Bad request", retryable: false, report: false, cacheS: 0 },
  unauthorized: { status: 401, title: "Not authorized", retryable: false, report: false, cacheS: 0 },
  "signature-required": { status: 403, title: "Signature required", retryable: false, report: false, cacheS: 0 },
  "signature-invalid": { status: 403, title: "Signature not valid", retryable: false, report: false, cacheS: 0 },
  "url-expired": { status: 403, title: "URL expired", retryable: false, report: false, cacheS: 0 },
  "host-not-allowed": { status: 403, title: "Host not allowed", retryable: false, report: false, cacheS: 0 },
  "not-found": { status: 404, title: "No such image", retryable: false, report: false, cacheS: 60 },
  "no-such-route": { status: 404, title: "No such route", retryable: false, report: false, cacheS: 60 },
  "method-not-allowed": { status: 405, title: "Method not allowed", retryable: false, report: false, cacheS: 0 },
  "source-too-large": { status: 413, title: "Source too large", retryable: false, report: false, cacheS: 30 },
  "url-too-long": { status: 414, title: "URL too long", retryable: false, report: false, cacheS: 0 },
  "unsupported-type": {
    status: 415,
    title: "Not an image that Cameo reads",
    retryable: false,
    report: false,
    cacheS: 30,
  },
  "broken-image": { status: 422, title: "Broken image", retryable: false, report: false, cacheS: 30 },
  "too-many-pixels": { status: 422, title: "Image over a limit", retryable: false, report: false, cacheS: 30 },
  internal: { status: 500, title: "Internal error", retryable: true, report: true, cacheS: 0 },
  "bad-setting": { status: 500, title: "Bad setting", retryable: false, report: true, cacheS: 0 },
  "template-failed": { status: 500, title: "Template failed", retryable: true, report: true, cacheS: 30 },
  "engine-cannot": { status: 501, title: "Not possible with this engine", retryable: false, report: false, cacheS: 30 },
  "origin-failed": { status: 502, title: "Origin failed", retryable: true, report: true, cacheS: 30 },
  "plugin-disabled": { status: 503, title: "Plugin switched off", retryable: true, report: false, cacheS: 0 },
  busy: { status: 503, title: "Busy", retryable: true, report: true, cacheS: 0 },
  "origin-timeout": { status: 504, title: "Origin too slow", retryable: true, report: true, cacheS: 30 },
  "too-slow": { status: 504, title: "Image took too long", retryable: true, report: true, cacheS: 30 },
} as const satisfies Record<string, CodeInfo>;

export type ErrorCode = keyof typeof codes;

export interface ErrorOptions {
  /** The underlying failure. For the log only. */
  readonly cause?: unknown;
  /** Private facts for the log: never sent to the client. */
  readonly log?: Readonly<Record<string, unknown>>;
  /** Seconds after which a retry makes sense; sent as `Retry-After`. */
  readonly retryAfterS?: number;
  /** How long a cache may keep the answer, in seconds, where that is less than the code's `cacheS`. */
  readonly cacheS?: number;
  /** Public members added to the problem document, such as `parameter`, `got` and `takes`. */
  readonly fields?: Readonly<Record<string, string | number>>;
}

/** Every failure that Cameo knows. `detail` is public: one sentence that says what to change. */
export class CameoError extends Error {
  override readonly name = "CameoError";
  readonly code: ErrorCode;
  readonly detail: string;
  readonly options: ErrorOptions;

  constructor(code: ErrorCode, detail: string, options: ErrorOptions = {}) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = detail;
    this.options = options;
  }

  get status(): number {
    return codes[this.code].status;
  }
}

/** The error itself if it is one of ours; anything else becomes `internal`, with the original as its cause. */
export function toCameoError(error: unknown): CameoError {
  if (error instanceof CameoError) return error;
  return new CameoError("internal", "Something went wrong on the server; the log has the reason.", { cause: error });
}
