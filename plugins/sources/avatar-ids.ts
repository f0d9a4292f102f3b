/** `POST /avatar/ids`: private IDs for e-mail addresses and user IDs, in bulk. */
import type { Endpoint, SourceHost } from "cameo/plugin";
import * as v from "valibot";
import type { People, Person } from "./avatar-people.ts";

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

export function idsEndpoint(host: SourceHost, people: People): Endpoint {
  const base = `${host.baseUrl ?? ""}/${host.mount}/~`;
  return {
    method: "POST",
    path: `/${host.mount}/ids`,
    isForOperators: true,
    async handle(request) {
      const { subjects } = parse(await readText(request, host), host);
      const keys = await people.keep(subjects);
      host.metrics.count("ids", keys.length);
      return Response.json(
        { ids: keys.map((key) => ({ id: key, url: `${base}${key}` })) },
        { headers: { "cache-control": "no-store" } },
      );
    },
  };
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
