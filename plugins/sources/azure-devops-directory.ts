/**
 * Finds out under which name the avatar of a GUID or an e-mail is kept, and remembers it. Keys are hashed: no e-mail is stored.
 * https://learn.microsoft.com/rest/api/azure/devops/graph/descriptors/get, …/graph/subject-query/query
 */
import type { SourceHost } from "cameo/plugin";
import * as v from "valibot";
import type { Client } from "./azure-devops-client.ts";
import { notExpected } from "./azure-devops-failures.ts";
import { isDescriptor, isId, type Subject } from "./azure-devops-ref.ts";

export interface Directory {
  /** `null`: nobody has it. */
  find(subject: Subject, signal: AbortSignal): Promise<Subject | null>;
  forget(subject: Subject): Promise<void>;
}

export interface DirectoryParts {
  readonly organization: string;
  readonly client: Client;
  readonly host: SourceHost;
  readonly base: string;
  readonly graph: string | undefined;
}

/** Descriptors may change, when an organisation is linked to another directory: they are looked up daily. In milliseconds. */
const keptMs = 86_400_000;
const maxBytes = 2 ** 20;

const text = v.nullish(v.string());
const descriptorSchema = v.object({ value: v.string() });
const person = v.object({ descriptor: text, mailAddress: text, principalName: text });
const peopleSchema = v.union([v.array(person), v.object({ value: v.array(person) })]);
const identitiesSchema = v.object({ value: v.array(v.object({ id: text })) });

export function createDirectory(parts: DirectoryParts): Directory {
  const { host, graph } = parts;
  const keyOf = ({ value }: Subject): string => `name:${host.hmac(`${parts.base} ${graph ?? ""} ${value}`)}`;

  async function ask(subject: Subject, signal: AbortSignal): Promise<Subject | null> {
    if (subject.kind === "email")
      return graph ? byMail(subject.value, graph, signal, parts) : onServer(subject.value, signal, parts);
    const descriptor =
      graph && !parts.client.isGraphRefused() && (await descriptorOf(subject.value, graph, signal, parts));
    // Who is not in the Graph, or may not be looked up there, may still have a picture under the GUID.
    return descriptor ? { kind: "descriptor", value: descriptor } : subject;
  }

  return {
    async find(subject, signal) {
      const key = keyOf(subject);
      const known = await host.storage.getItem<{ name: Subject; untilMs: number }>(key);
      if (known && host.now() < known.untilMs) return known.name;
      const name = await ask(subject, signal);
      if (name && name !== subject) await host.storage.setItem(key, { name, untilMs: host.now() + keptMs });
      return name;
    },
    forget: (subject) => host.storage.removeItem(keyOf(subject)),
  };
}

async function descriptorOf(
  id: string,
  graph: string,
  signal: AbortSignal,
  parts: DirectoryParts,
): Promise<string | undefined> {
  const url = `${graph}/_apis/graph/descriptors/${id}?api-version=7.1-preview.1`;
  const response = await parts.client.ask({ url, signal, accept: "application/json", maxBytes });
  if (response.status === 403) parts.client.refuseGraph();
  if (response.status !== 200) return undefined;
  const { value } = await read(response, descriptorSchema, parts);
  return isDescriptor(value) ? value : undefined;
}

/** The query finds beginnings of names as well, so that the answer is searched for the e-mail itself. */
async function byMail(
  email: string,
  graph: string,
  signal: AbortSignal,
  parts: DirectoryParts,
): Promise<Subject | null> {
  const url = `${graph}/_apis/graph/subjectquery?api-version=7.1-preview.1`;
  const json = { query: email, subjectKind: ["User"] };
  const response = await parts.client.ask({ url, signal, accept: "application/json", json, maxBytes });
  if (response.status === 403) throw parts.client.forbidden();
  if (response.status !== 200) return null;
  const answer = await read(response, peopleSchema, parts);
  const people = Array.isArray(answer) ? answer : answer.value;
  const found =
    people.find((each) => isSame(each.mailAddress, email)) ?? people.find((each) => isSame(each.principalName, email));
  return found?.descriptor && isDescriptor(found.descriptor) ? { kind: "descriptor", value: found.descriptor } : null;
}

const isSame = (given: string | null | undefined, email: string): boolean => given?.toLowerCase() === email;

async function onServer(email: string, signal: AbortSignal, parts: DirectoryParts): Promise<Subject | null> {
  const { client, base } = parts;
  const url = `${base}/_apis/identities?searchFilter=MailAddress&filterValue=${encodeURIComponent(email)}&api-version=5.0`;
  const response = await client.ask({ url, signal, accept: "application/json", maxBytes });
  if (response.status === 403) throw client.forbidden();
  if (response.status !== 200) return null;
  const { value } = await read(response, identitiesSchema, parts);
  const id = value.map((each) => each.id ?? "").find(isId);
  return id === undefined ? null : { kind: "id", value: id.toLowerCase() };
}

async function read<const S extends v.GenericSchema>(
  response: Response,
  schema: S,
  { organization, host }: DirectoryParts,
): Promise<v.InferOutput<S>> {
  const { success, output } = v.safeParse(schema, await response.json().catch(() => undefined));
  if (success) return output;
  throw notExpected(organization, host);
}
