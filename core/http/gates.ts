/** Gates before everything else: each may refuse a request. Without gates nothing is added to a request. */
import { CameoError } from "../error.ts";
import type { Services } from "../pipeline.ts";
import type { Visit } from "../plugin.ts";
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

/** The answer of the first gate that refuses. A gate that is broken refuses too: a guard that is down lets nobody in. */
async function ask(visit: Visit, { snapshot, troubles, log }: Services): Promise<Response | undefined> {
  for (const { id, instance } of snapshot.gates) {
    try {
      await instance.check(visit);
    } catch (error) {
      if (error instanceof CameoError) return problemResponse(error);
      const broken = new CameoError("internal", "A gate of this server failed; the log has the reason.", {
        cause: error,
      });
      troubles.note(id, broken);
      log.warn("a gate failed", { plugin: id, cause: error });
      return problemResponse(broken);
    }
  }
  return undefined;
}
