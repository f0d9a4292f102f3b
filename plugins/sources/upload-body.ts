/**
 * The body of an upload: a form with the picture in it, or the picture itself.
 * Threat: a body without end, one that trickles, a length that lies, a form of a million parts, names that are megabytes long.
 * Layers: bytes are counted as they come, whatever `Content-Length` says, and within the request's deadline; parts are counted before the form is parsed; only known names are taken.
 * Residual risk: a form within its bounds is in memory twice while it is parsed.
 */
import type { SourceHost } from "cameo/plugin";

export interface UploadBody {
  readonly fields: Readonly<Record<string, string>>;
  readonly file: Uint8Array;
}

type Fail = Pick<SourceHost, "fail">;

/** What may stand beside the picture. */
export const fieldNames = ["email", "id", "rating", "private"] as const;

/** Room for the fields and the form's own lines, in bytes. */
const formBytes = 16 * 1024;
/** The fields, the picture, and some room: a form with more parts is not ours. */
const maxParts = 16;
/** Longest value of a field, in characters. */
const maxFieldLength = 400;

/** Throws `source-too-large`, `unsupported-type`, `bad-request` or `bad-parameter`. */
export async function readUpload(
  request: Request,
  maxBytes: number,
  host: Fail,
  signal: AbortSignal,
): Promise<UploadBody> {
  const type = request.headers.get("content-type") ?? "";
  const isForm = /^multipart\/form-data\s*(;|$)/i.test(type);
  if (/^(application\/(json|x-www-form-urlencoded)|multipart\/)/i.test(type) && !isForm) {
    throw host.fail("unsupported-type", "Send the picture as multipart/form-data, or as the body itself.");
  }
  const body = await readBounded(request, maxBytes, host, signal, isForm ? formBytes : 0);
  const outside = outsideFields(request, host);
  const form = isForm ? await readForm(body, type, host) : { fields: {}, file: body };
  if (form.file.length === 0)
    throw host.fail("bad-request", "There is no picture; send one as `file`, or as the body.");
  if (form.file.length > maxBytes) throw tooLarge(maxBytes, host);
  return { file: form.file, fields: { ...outside, ...form.fields } };
}

/** All bytes, up to `maxBytes` and the `room` for what is around them, if they are there before `signal` ends. */
export async function readBounded(
  request: Request,
  maxBytes: number,
  host: Fail,
  signal: AbortSignal,
  room = 0,
): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes + room) throw tooLarge(maxBytes, host);
  const chunks: Uint8Array[] = [];
  const reader = request.body?.getReader();
  const over = overOf(signal, host);
  try {
    for (let length = 0; ; ) {
      const chunk = await Promise.race([reader?.read().catch((cause: unknown) => cutOff(cause, host)), over.promise]);
      if (!chunk?.value) return new Uint8Array(Buffer.concat(chunks));
      length += chunk.value.byteLength;
      if (length > maxBytes + room) throw tooLarge(maxBytes, host);
      chunks.push(chunk.value);
    }
  } catch (error) {
    void reader?.cancel().catch(() => {});
    throw error;
  } finally {
    over.forget();
  }
}

function cutOff(cause: unknown, host: Fail): never {
  throw host.fail("bad-request", "The body ended before it was whole.", { cause });
}

/** Rejects when the signal ends. */
function overOf(signal: AbortSignal, host: Fail): { readonly promise: Promise<never>; forget(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const leave = () => reject(host.fail("bad-request", "The body took too long; send it without a pause."));
  promise.catch(() => {});
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  return { promise, forget: () => signal.removeEventListener("abort", leave) };
}

const tooLarge = (maxBytes: number, host: Fail): Error =>
  host.fail("source-too-large", `The body has more than ${maxBytes} bytes, the limit here.`);

/** From the query and from headers such as `X-Avatar-Email`, which keep it out of the logs of proxies. */
function outsideFields(request: Request, host: Fail): Record<string, string> {
  const query = [...new URL(request.url).searchParams].filter(([name]) => name !== "token");
  const headers = fieldNames.flatMap((name) => {
    const value = request.headers.get(`x-avatar-${name}`);
    return value === null ? [] : [[name, headerText(value)] as const];
  });
  return collect([...query, ...headers], host);
}

/** Headers come as one character for each byte; what is UTF-8, as curl sends it, is read as that, or the e-mail would be another one. */
function headerText(value: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(value, "latin1"));
  } catch {
    return value;
  }
}

async function readForm(body: Uint8Array, type: string, host: Fail): Promise<UploadBody> {
  refuseManyParts(body, type, host);
  const form = await parseForm(body, type, host);
  const files: Uint8Array[] = [];
  const texts: (readonly [string, string])[] = [];
  for (const [name, value] of form) {
    if (typeof value === "string") texts.push([name, value]);
    else if (name === "file") files.push(new Uint8Array(await value.arrayBuffer()));
    else throw unknownField(name, host);
  }
  if (files.length > 1) throw host.fail("bad-parameter", 'There is more than one "file"; send one picture at a time.');
  return { fields: collect(texts, host), file: files[0] ?? new Uint8Array() };
}

const parseForm = (body: Uint8Array, type: string, host: Fail): Promise<FormData> =>
  new Response(body as Uint8Array<ArrayBuffer>, { headers: { "content-type": type } })
    .formData()
    .catch((cause: unknown) => {
      throw host.fail("bad-request", "The form cannot be read; it must be whole, with its boundary.", { cause });
    });

/** Before it is parsed: a parser would make an object of each. */
function refuseManyParts(body: Uint8Array, type: string, host: Fail): void {
  const boundary = /boundary="?([^";]{1,70})"?/i.exec(type)?.[1];
  if (boundary === undefined) throw host.fail("bad-request", "The form names no boundary of up to 70 characters.");
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  let at = bytes.indexOf(`--${boundary}`);
  for (let parts = 0; at >= 0; parts++) {
    if (parts > maxParts) throw host.fail("bad-request", `The form has more than ${maxParts} parts.`);
    at = bytes.indexOf(`--${boundary}`, at + boundary.length);
  }
}

function collect(given: readonly (readonly [string, string])[], host: Fail): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of given) {
    if (!(fieldNames as readonly string[]).includes(name)) throw unknownField(name, host);
    if (Object.hasOwn(fields, name) || value.length > maxFieldLength) {
      const detail = `"${name}" takes one value of up to ${maxFieldLength} characters.`;
      throw host.fail("bad-parameter", detail, { fields: { parameter: name } });
    }
    fields[name] = value;
  }
  return fields;
}

function unknownField(name: string, host: Fail): Error {
  const shown = name.length > 40 ? `${name.slice(0, 40)}…` : name;
  const hint = name === "file" ? " The picture needs a file name." : "";
  const detail = `There is no field "${shown}"; an upload takes file, ${fieldNames.join(", ")}.${hint}`;
  return host.fail("bad-parameter", detail, { fields: { parameter: shown } });
}
