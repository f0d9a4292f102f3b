/** What each code means to the person who gets it: shown in `/docs`, in the OpenAPI document and in the README. */
import type { ErrorCode } from "../error.ts";

export interface ErrorGuide {
  /** When it comes, and what to change. */
  readonly remedy: string;
  /** `detail` of the example. */
  readonly detail: string;
  /** Members that its problem document has besides. */
  readonly fields?: Readonly<Record<string, string | number>>;
}

export const errorGuide = {
  "bad-parameter": {
    remedy:
      "A parameter is unknown, given twice, or has a value that it does not take. The answer names it, what it got and what it takes.",
    detail: '"width" got "0"; it takes a whole number from 1 to 16384 px.',
    fields: { parameter: "width", got: "0", takes: "a whole number from 1 to 16384 px" },
  },
  "bad-request": {
    remedy: "The path cannot be read, or the source can never have such a ref. Correct the URL.",
    detail: "The path is not valid percent-encoded UTF-8.",
  },
  unauthorized: {
    remedy:
      "The route is for those with a token. Send it as `Authorization: Bearer …`; if none is configured, set `adminToken` (or `tokens` of uploads) first.",
    detail: "Send the admin token as `Authorization: Bearer …`.",
  },
  "signature-required": {
    remedy: "The mount takes signed URLs only. Sign the URL with `cameo sign` or `cameo/client`.",
    detail: "This mount takes signed URLs only; sign this one.",
  },
  "signature-invalid": {
    remedy:
      "The signature does not belong to this URL or to any key of this server. Sign it again; change nothing afterwards.",
    detail: "The signature does not match this URL; sign it again with a current key.",
  },
  "url-expired": {
    remedy: "The time in `expires` has passed. Ask whoever made the URL for a new one.",
    detail: "This URL has expired; ask for a new one.",
  },
  "host-not-allowed": {
    remedy:
      "The host is not on the mount's allow-list, or its address is not public. Allow it in the settings, or sign the URL.",
    detail: "This host is not on the allow-list; add it to the mount's `allow`, or sign the URL.",
  },
  "not-found": {
    remedy: "The source has no image under this ref. Check the spelling; the answer is remembered for a short while.",
    detail: "There is no such image.",
  },
  "no-such-route": {
    remedy: "No mount has this name. The answer lists those that there are.",
    detail: "Nothing is served here; there are /images/…, /meta/…, /health and /docs.",
  },
  "method-not-allowed": {
    remedy: "The path takes other methods: images `GET`, `HEAD` and `DELETE`. `Allow` has them.",
    detail: "This path takes GET, HEAD, DELETE.",
  },
  "source-too-large": {
    remedy: "The original is larger than `limits.sourceBytes`. Use a smaller file, or raise the limit.",
    detail: "The image is larger than 50 MiB, the limit here.",
  },
  "url-too-long": {
    remedy: "Path and query together are longer than `limits.urlLength`. A preset makes them shorter.",
    detail: "The URL is longer than 8192 characters, the limit here.",
  },
  "unsupported-type": {
    remedy: "The first bytes are of no image format that the engine reads, whatever the name says.",
    detail: "This is not an image that Cameo reads.",
  },
  "broken-image": {
    remedy:
      'The file ends too early or contradicts itself. Replace it, or set `truncated: "allow"` on the mount to serve what there is of a JPEG, PNG or TIFF, and the whole frames of an animation.',
    detail: "The image is broken: it ends before its last line.",
  },
  "too-many-pixels": {
    remedy:
      "The decoded image would be over `limits.pixels`, `limits.frames` or `limits.outputPx`. Use a smaller one, or raise the limit.",
    detail: "The image has 900 million pixels; the limit here is 50 million.",
  },
  internal: {
    remedy: "A fault of the server. Its log has the reason; please report it.",
    detail: "Something went wrong on the server; the log has the reason.",
  },
  "bad-setting": {
    remedy: "A setting or plugin of this server is wrong. `cameo check` tells the operator which.",
    detail: "mounts.images.base: the folder is not there.",
  },
  "template-failed": {
    remedy:
      "The template of this card failed. The log and `/health` name it; `POST /plugins/{id}/disable` falls back to another.",
    detail: "The template of this card failed; the log has the reason.",
  },
  "engine-cannot": {
    remedy:
      "The configured engine lacks this format or operation. Choose another format, or another engine in the settings.",
    detail: "The engine of this server cannot write AVIF; ask for another format.",
  },
  "origin-failed": {
    remedy: "The origin answered with an error or could not be reached. Try again later.",
    detail: "The origin answered with status 500.",
  },
  "plugin-disabled": {
    remedy: "The operators have switched off the plugin that this image needs. Try again later.",
    detail: "The plugin behind this mount is switched off; try again later.",
  },
  busy: {
    remedy: "The queue is full. Try again after the seconds in `Retry-After`.",
    detail: "Too many images are waiting; try again soon.",
  },
  "origin-timeout": {
    remedy: "The origin took longer than `limits.fetchMs`. Try again later.",
    detail: "The origin did not answer within 30 seconds.",
  },
  "too-slow": {
    remedy:
      "The image took a worker longer than `limits.jobMs`. Ask for a smaller result, fewer frames or a faster format.",
    detail: "The image took longer than 10 seconds.",
  },
} as const satisfies Record<ErrorCode, ErrorGuide>;
