/** `?explain`: what would be done with a request, without the bytes. */

import type { Entry } from "../cache/entry.ts";
import { state } from "../cache/freshness.ts";
import { toCameoError } from "../error.ts";
import { answer, refuseUnsigned, type Services, type Timings } from "../pipeline.ts";
import { formatParameters } from "../request/parse.ts";
import { fetch } from "../stages/fetch.ts";
import type { ImageRequest } from "../stages/resolve.ts";
import { transform } from "../stages/transform.ts";
import { momentary } from "./headers.ts";
import { toProblem } from "./problem.ts";
import { placeRemarks } from "./remarks.ts";

export async function explain(request: ImageRequest, services: Services, timings: Timings): Promise<Response> {
  const hit = await services.cache.get(request.keys.variant);
  refuseUnsigned(request, hit?.entry.header.origin);
  const cache = hit
    ? { tier: hit.tier, state: state(hit.entry.header, services.now()), ...times(hit.entry.header) }
    : { tier: null };
  const made = await remarksOf(request, hit?.entry, services);
  const { snapshot } = services;
  const { signature: _signature, ...parameters } = request.parameters;
  const body = {
    request: {
      mount: request.mount.name,
      source: request.mount.definition.name,
      ref: request.ref,
      parameters,
      accepts: request.accepts,
      query: request.query,
      isSigned: request.isSigned,
    },
    canonical: request.canonical,
    query: formatParameters(request.parameters, snapshot.grammar, ["signature"]),
    keys: request.keys,
    cache,
    ...made,
    ...(await plan(request, services, timings)),
    generation: snapshot.generation,
    timings,
  };
  return Response.json(body, { headers: momentary });
}

/** Who answered and what to know of a picture that is at hand; a card is drawn for it, since only then its remarks are known. */
async function remarksOf(request: ImageRequest, known: Entry | undefined, services: Services): Promise<object> {
  const isCard = request.mount.source.edition !== undefined;
  const entry = known ?? (isCard ? (await answer(request, services, {}).catch(() => undefined))?.entry : undefined);
  const { origin, facts } = entry?.header ?? {};
  const file = services.snapshot.templates.find(({ id }) => id === origin?.by)?.file ?? null;
  return {
    ...(origin?.by ? { by: origin.by } : {}),
    ...(typeof facts?.remarks === "string" ? { remarks: await placeRemarks(facts.remarks.split("\n"), file) } : {}),
  };
}

const times = ({ storedAt, freshUntil, staleUntil }: Record<"storedAt" | "freshUntil" | "staleUntil", number>) => ({
  storedAt: new Date(storedAt).toISOString(),
  freshUntil: new Date(freshUntil).toISOString(),
  staleUntil: new Date(staleUntil).toISOString(),
});

/** The original's header and the plan made from it, or the problem that stands in the way. */
async function plan(request: ImageRequest, services: Services, timings: Timings): Promise<object> {
  const started = performance.now();
  try {
    const signal = new AbortController().signal;
    const fetched = await fetch(request, services, { variant: undefined, signal });
    timings.fetch = performance.now() - started;
    if ("unchanged" in fetched) return {};
    refuseUnsigned(request, fetched.origin);
    const { by } = fetched.origin;
    const template = fetched.drawing?.template;
    const original = {
      ...fetched.header,
      bytes: fetched.body.byteLength,
      from: fetched.from,
      ...(by ? { by } : {}),
      ...(template ? { template } : {}),
    };
    return { original, plan: transform(request, fetched.header, services.snapshot) };
  } catch (error) {
    return { problem: toProblem(toCameoError(error)) };
  }
}
