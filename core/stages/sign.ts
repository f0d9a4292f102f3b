/** A path of this server with its signature, parsed as its mount would parse it: a source may have a grammar of its own. */
import { CameoError } from "../error.ts";
import type { Snapshot } from "../registry/snapshot.ts";
import { formatRequest, parseRequest, parseValue, splitPath } from "../request/parse.ts";
import { signPath } from "../request/sign.ts";

export interface SignOptions {
  /** Unix time in seconds. Default: it never ends. */
  readonly expires?: number | undefined;
  /** Default: the first of the server's. */
  readonly key?: string | undefined;
}

/** The canonical path and query, signed. Throws `no-such-route`, `bad-parameter` or `bad-request`. */
export function signUrl(path: string, { mounts, grammar, signingKeys }: Snapshot, options: SignOptions = {}): string {
  const question = path.indexOf("?");
  const [pathname, search] = question < 0 ? [path, ""] : [path.slice(0, question), path.slice(question + 1)];
  const { mount: name } = splitPath(pathname);
  const mount = mounts.get(name);
  if (!mount)
    throw new CameoError("no-such-route", `There is no mount "${name}"; there are ${[...mounts.keys()].join(", ")}.`);
  const request = parseRequest(pathname, search, grammar, mount.grammar);
  const ref = mount.source.normalize?.(request.ref) ?? request.ref;
  const { signature: _old, ...parameters } = request.parameters;
  const expires =
    options.expires === undefined ? {} : { expires: parseValue("expires", String(options.expires), grammar) };
  const ending = { ...request, ref, parameters: { ...parameters, ...expires } as typeof parameters };
  const signature = signPath(formatRequest(ending, grammar, ["signature"]), options.key ?? signingKeys[0] ?? "");
  return formatRequest({ ...ending, parameters: { ...ending.parameters, signature } }, grammar);
}
