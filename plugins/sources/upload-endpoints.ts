/** `POST /avatar`, `POST /avatar/upload-tokens`, `DELETE /avatar/:hash`, and what operators see and decide. */
import type { Endpoint, EndpointContext, SourceHost } from "cameo/plugin";
import * as v from "valibot";
import type { Access, Grant } from "./upload-access.ts";
import { readBounded, readUpload } from "./upload-body.ts";
import type { Desk, Shown } from "./upload-desk.ts";
import { readName, readUser, type User } from "./upload-user.ts";

export interface EndpointParts {
  readonly host: SourceHost;
  readonly access: Access;
  readonly desk: Desk;
  /** Such as `/avatar`. */
  readonly path: string;
  readonly maxBytes: number;
}

/** Uploads that are read or drawn at one time: each holds up to `maxBytes`. */
const maxUploads = 32;
/** Those of one user's tokens, so that nobody alone keeps all others out with bodies that trickle. */
const maxOfOne = 4;
/** How long a user's token lasts at most, in seconds. */
const maxTokenS = 3600;
/** More than any request for a token needs, in bytes. */
const maxTokenRequestBytes = 4096;

const tokenRequest = v.strictObject({
  email: v.optional(v.string()),
  id: v.optional(v.string()),
  expiresS: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(maxTokenS)), maxTokenS),
});

export const ratings = ["g", "pg", "r", "x"];

export function createEndpoints(parts: EndpointParts): Endpoint[] {
  const { host, desk, path } = parts;
  const decide = (name: "accept" | "reject"): Endpoint => ({
    method: "POST",
    path: `${path}/:hash/${name}`,
    isForOperators: true,
    handle: async (request, { params }) =>
      answer(await desk[name](nameOf(params, host), request.headers.get("if-match"))),
  });
  return [
    { method: "POST", path, handle: createUpload(parts) },
    {
      method: "POST",
      path: `${path}/upload-tokens`,
      handle: (request, context) => issueToken(request, context, parts),
    },
    { method: "DELETE", path: `${path}/:hash`, handle: (request, context) => remove(request, context, parts) },
    {
      method: "GET",
      path: `${path}/:hash/info`,
      isForOperators: true,
      handle: async (_request, { params }) => answer(await desk.info(nameOf(params, host))),
    },
    {
      method: "GET",
      path: `${path}/:hash/held`,
      isForOperators: true,
      handle: async (_request, { params }) => picture(await desk.held(nameOf(params, host))),
    },
    decide("accept"),
    decide("reject"),
  ];
}

/** Browsers of other sites may read it: whoever asks brings a token. */
const answer = (body: unknown, status = 200): Response =>
  Response.json(body, { status, headers: { "cache-control": "no-store", "access-control-allow-origin": "*" } });

/** For the operator who has to decide. */
const picture = ({ body, type, etag }: Shown): Response =>
  new Response(body as Uint8Array<ArrayBuffer>, {
    headers: { "content-type": type, etag, "cache-control": "no-store", "x-content-type-options": "nosniff" },
  });

function createUpload({ host, access, desk, maxBytes }: EndpointParts): Endpoint["handle"] {
  const running: Grant[] = [];
  return async (request, { signal }) => {
    const grant = access.check(request);
    const ofOne = grant ? running.filter((each) => each?.key === grant.key).length : 0;
    if (running.length >= maxUploads || ofOne >= maxOfOne) {
      throw host.fail("busy", "Too many pictures are being uploaded; try again shortly.", { retryAfterS: 2 });
    }
    running.push(grant);
    try {
      const { fields, file } = await readUpload(request, maxBytes, host, signal);
      const user = userOf(fields, grant, host);
      const wishes = { rating: ratingOf(fields.rating, host), isPrivate: privacyOf(fields.private, host) };
      return answer(await desk.upload({ user, file, ...wishes }, signal), 201);
    } finally {
      running.splice(running.indexOf(grant), 1);
    }
  };
}

/** A user's token says who it is; what the request says besides must be the same. */
function userOf({ email, id }: Readonly<Record<string, string>>, grant: Grant, host: SourceHost): User {
  if (!grant) return readUser(email, id, host);
  if (email === undefined && id === undefined) return grant;
  const { key } = readUser(email, id, host);
  if (key === grant.key || grant.names.includes(key)) return grant;
  throw host.fail("unauthorized", "This upload token is for another user.");
}

function ratingOf(text: string | undefined, host: SourceHost): string {
  const rating = (text ?? "g").toLowerCase();
  if (ratings.includes(rating)) return rating;
  const fields = { parameter: "rating", takes: ratings.join(", ") };
  throw host.fail("bad-parameter", `"rating" takes one of ${ratings.join(", ")}.`, { fields });
}

function privacyOf(text: string | undefined, host: SourceHost): boolean {
  if (text === undefined || text === "0" || text === "false") return false;
  if (text === "1" || text === "true") return true;
  throw host.fail("bad-parameter", '"private" takes 1 or 0.', { fields: { parameter: "private", takes: "1, 0" } });
}

async function issueToken(request: Request, { signal }: EndpointContext, { access, host }: EndpointParts) {
  if (access.check(request)) throw host.fail("unauthorized", "A user's upload token makes no further ones.");
  const text = new TextDecoder().decode(await readBounded(request, maxTokenRequestBytes, host, signal));
  const asked = v.safeParse(tokenRequest, parseJson(text));
  if (!asked.success) {
    const place = asked.issues[0].path?.map(({ key }) => String(key)).join(".") ?? "body";
    const shown = place.length > 40 ? `${place.slice(0, 40)}…` : place;
    const takes = `{ "email" or "id", "expiresS": up to ${maxTokenS} }`;
    throw host.fail("bad-parameter", `"${shown}" is wrong; the body takes ${takes} as JSON.`, {
      fields: { parameter: shown, takes },
    });
  }
  const { email, id, expiresS } = asked.output;
  return answer({ token: access.issue(readUser(email, id, host), expiresS), expiresS }, 201);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** With the admin token it is what it is on every mount: a purge, and the picture stays. */
async function remove(request: Request, { params, isOperator }: EndpointContext, parts: EndpointParts) {
  const { host, access, desk, path } = parts;
  if (isOperator) {
    const ref = params.hash ?? "";
    return answer({ purged: await host.purge(`${path}/${encodeURIComponent(ref)}`), mount: path.slice(1), ref });
  }
  const grant = access.check(request);
  const name = nameOf(params, host);
  if (grant && grant.key !== name && !grant.names.includes(name)) {
    throw host.fail("unauthorized", "This upload token is for another user.");
  }
  return answer(await desk.remove(name));
}

function nameOf({ hash = "" }: EndpointContext["params"], host: SourceHost): string {
  const name = readName(hash);
  if (name !== undefined) return name;
  throw host.fail("bad-request", "The path takes an MD5, a SHA-256 or a private ID (`~…`).");
}
