/** Endpoints of route plugins: the admin token where one is demanded, a deadline, and failures with the plugin's ID. */
import { CameoError, codes, type ErrorOptions } from "../error.ts";
import type { Services } from "../pipeline.ts";
import type { Endpoint } from "../plugin.ts";
import { carriesToken, requireOperator } from "./operators.ts";
import { problemResponse } from "./problem.ts";

/** Answers one request to an endpoint; never throws. */
export async function callEndpoint(
  id: string,
  endpoint: Endpoint,
  request: Request,
  params: Readonly<Record<string, string>>,
  services: Services,
): Promise<Response> {
  const { settings } = services.snapshot;
  try {
    if (endpoint.isForOperators) requireOperator(request, settings.adminToken);
    const isOperator = carriesToken(request, settings.adminToken);
    const deadline = AbortSignal.timeout(settings.limits.fetchMs);
    const signal = AbortSignal.any([request.signal, deadline]);
    const work = (async () => endpoint.handle(request, { params, signal, isOperator }))();
    const response = await within(deadline, services.figures.during([id], work), id);
    services.troubles.recover(id);
    return response;
  } catch (error) {
    const known = error instanceof CameoError ? error : broken(id, error);
    const { report } = codes[known.code];
    if (report) services.troubles.note(id, known);
    const facts = { plugin: id, code: known.code, ...known.options.log, cause: known.options.cause };
    services.log[report ? "warn" : "debug"]("a plugin's endpoint failed", facts);
    const response = problemResponse(known);
    if (request.method !== "GET") response.headers.set("cache-control", "no-store");
    return response;
  }
}

const broken = (id: string, cause: unknown): CameoError => {
  const options: ErrorOptions = { cause, log: { plugin: id } };
  return new CameoError("internal", "The plugin behind this route failed; the log has the reason.", options);
};

async function within<T>(deadline: AbortSignal, work: Promise<T>, id: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const expire = () =>
    late.reject(new CameoError("origin-timeout", "The plugin took too long.", { log: { plugin: id } }));
  deadline.addEventListener("abort", expire, { once: true });
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    deadline.removeEventListener("abort", expire);
  }
}
