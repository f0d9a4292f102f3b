/** Gates before everything else: each may refuse a request. Without gates nothing is added to a request. */
import { CameoError } from "../error.ts";
import type { Services } from "../pipeline.ts";
import type { Upload, Verdict, Visit } from "../plugin.ts";
import type { Handler, Peer } from "../runtime.ts";
import { splitUrl } from "./image.ts";
import { problemResponse } from "./problem.ts";

/** `handler` behind the snapshot's gates, asked one after the other. */
export function behindGates(handler: Handler, services: Services): Handler {
  const { gates } = services.snapshot;
  if (gates.length === 0) return handler;
  return async (request, peer) => {
    const refusal = await ask(visitOf(request, peer), services);
    return refusal ?? handler(request, peer);
  };
}

const visitOf = (request: Request, peer: Peer | undefined): Visit => ({
  method: request.method,
  path: splitUrl(request.url).pathname,
  headers: request.headers,
  client: peer?.(),
});

/** The verdict of the first gate that has one. One that is broken refuses: a guard that is down lets nothing in. */
export async function moderate(upload: Upload, services: Services): Promise<Verdict> {
  for (const { id, instance } of services.snapshot.gates) {
    try {
      const verdict = (await instance.moderate?.(upload)) ?? null;
      if (verdict !== null) return verdict;
    } catch (error) {
      throw error instanceof CameoError ? error : broken(id, error, services);
    }
  }
  return "accept";
}

/** The answer of the first gate that refuses. A gate that is broken refuses too: a guard that is down lets nobody in. */
async function ask(visit: Visit, services: Services): Promise<Response | undefined> {
  for (const { id, instance } of services.snapshot.gates) {
    try {
      await instance.check(visit);
    } catch (error) {
      return problemResponse(error instanceof CameoError ? error : broken(id, error, services));
    }
  }
  return undefined;
}

function broken(id: string, cause: unknown, { troubles, log }: Services): CameoError {
  const failure = new CameoError("internal", "A gate of this server failed; the log has the reason.", { cause });
  troubles.note(id, failure);
  log.warn("a gate failed", { plugin: id, cause });
  return failure;
}
