/** render: `Plan` → `Rendered`, on a worker. Limits and the deadline are the pool's. */
import type { Services } from "../pipeline.ts";
import type { Job, JobResult } from "../work/protocol.ts";

/** Throws `busy`, `too-slow`, `broken-image`, `too-many-pixels`, `unsupported-type`, `engine-cannot` or `template-failed`. */
export async function render(job: Job, services: Services, signal: AbortSignal): Promise<JobResult> {
  return services.figures.during(pluginsOf(job), services.pool.run(job, signal));
}

/** Whose work it is, for `GET /plugins`. */
function pluginsOf({ plan, drawing }: Job): readonly string[] {
  const steps = plan.operations.map(({ transform }) => `transform.${transform}`);
  return drawing ? [...steps, drawing.template] : steps;
}
