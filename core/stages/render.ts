/** render: `Plan` → `Rendered`, on a worker. Limits and the deadline are the pool's. */
import type { Services } from "../pipeline.ts";
import type { Job, JobResult } from "../work/protocol.ts";

/** Throws `busy`, `too-slow`, `broken-image`, `too-many-pixels`, `unsupported-type` or `engine-cannot`. */
export async function render(job: Job, services: Services, signal: AbortSignal): Promise<JobResult> {
  return services.pool.run(job, signal);
}
