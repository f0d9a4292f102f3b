/** `POST /avatar/ids`: private IDs for e-mail addresses and user IDs, in bulk. `DELETE /avatar/ids/:id` takes one back. */
import { CameoError, type Endpoint, type SourceHost } from "cameo/plugin";
import * as v from "valibot";
import { hashesOf, type KnownPerson, type People, type Person } from "./avatar-people.ts";
import { isPrivateId } from "./avatar-read.ts";

const maxSubjects = 10_000;
/** Enough for so many subjects with every field at its usual length. */
const maxBodyBytes = 8 * 2 ** 20;

const text = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(320));
const email = v.pipe(text, v.toLowerCase(), v.regex(/^[^\s@]+@[^\s@]+$/, "takes an e-mail address"));

const person = v.pipe(
  v.strictObject({
    email: v.exactOptional(email),
    id: v.exactOptional(text),
    login: v.exactOptional(text),
    descriptor: v.exactOptional(text),
    name: v.exactOptional(text),
  }),
  v.check(
    (each) => Boolean(each.email ?? each.id ?? each.login ?? each.descriptor),
    "takes email, id, login or descriptor",
  ),
);
const subject = v.union([v.pipe(text, v.transform(toPerson)), person], "takes a text or an object");
const body = v.strictObject({ subjects: v.pipe(v.array(subject), v.maxLength(maxSubjects)) });

function toPerson(each: string): Person {
  return each.includes("@") ? { email: each.toLowerCase() } : { id: each };
}

export interface IdsParts {
  readonly host: SourceHost;
  readonly people: People;
  /** What the links are asked with for somebody's picture at a ref. */
  linkPaths(ref: string, person: KnownPerson): readonly string[];
}

export const idsEndpoints = (parts: IdsParts): Endpoint[] => [keepEndpoint(parts), forgetEndpoint(parts)];

const answer = (body: object): Response => Response.json(body, { headers: { "cache-control": "no-store" } });

function keepEndpoint({ host, people }: IdsParts): Endpoint {
  const base = `${host.baseUrl ?? ""}/${host.mount}/~`;
  return {
    method: "POST",
    path: `/${host.mount}/ids`,
    isForOperators: true,
    async handle(request) {
      const { subjects } = parse(await readText(request, host), host);
      const keys = await people.keep(subjects);
      host.metrics.count("ids", keys.length);
      return answer({ ids: keys.map((key) => ({ id: key, url: `${base}${key}` })) });
    },
  };
}

function forgetEndpoint({ host, people, linkPaths }: IdsParts): Endpoint {
  return {
    method: "DELETE",
    path: `/${host.mount}/ids/:id`,
    isForOperators: true,
    async handle(_request, { params: { id = "" } }) {
      const ref = id.startsWith("~") ? id : `~${id}`;
      if (!isPrivateId(ref)) throw host.fail("bad-request", "The path takes an ID as `POST` has answered it.");
      let purged = 0;
      const isKnown = await people.forget(ref.slice(1), async (person) => {
        const refs = [ref, ...(person.email === undefined ? [] : hashesOf(person.email))];
        const mounts = new Set([host.mount, ...(await people.mounts())]);
        const own = [...mounts].flatMap((mount) => refs.map((each) => `/${mount}/${each}`));
        const links = refs.flatMap((each) => linkPaths(each, person));
        for (const path of new Set([...own, ...links])) purged += await host.purge(path).catch(noneThere);
      });
      if (!isKnown) throw host.fail("not-found", "Nothing is kept under this ID.");
      host.metrics.count("ids forgotten");
      return answer({ deleted: true, purged });
    },
  };
}

/** A mount that is gone, or that cannot have such a ref, has nothing to throw away. */
function noneThere(error: unknown): 0 {
  if (error instanceof CameoError && /^(no-such-route|bad-request|bad-parameter)$/.test(error.code)) return 0;
  throw error;
}

/** An error names the place, never what stands there: it may be somebody's address. */
function parse(json: string, host: SourceHost): v.InferOutput<typeof body> {
  const parsed = v.safeParse(body, tryParse(json));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const place = v.getDotPath(issue) ?? "the body";
  throw host.fail(
    "bad-request",
    `Something is wrong at ${place}. Send JSON such as {"subjects": ["ada@example.com", {"id": "42", "login": "ada"}]}, at most ${maxSubjects} of them.`,
  );
}

function tryParse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

async function readText(request: Request, host: SourceHost): Promise<string> {
  const decoder = new TextDecoder();
  let read = "";
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBodyBytes)
      throw host.fail("source-too-large", "The body is too large; send fewer subjects at a time.");
    read += decoder.decode(chunk, { stream: true });
  }
  return read + decoder.decode();
}
