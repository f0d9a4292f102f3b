/** `GET /plugins` and `POST /plugins/{id}/disable|enable|rollback`, for operators. */
import { CameoError } from "../error.ts";
import type { Services } from "../pipeline.ts";
import { momentary } from "./headers.ts";
import { requireOperator } from "./operators.ts";
import { problemResponse } from "./problem.ts";

/** What an operator may do to plugins while the server runs. Each takes effect before it resolves. */
export interface PluginControl {
  list(): object;
  disable(id: string): Promise<void>;
  enable(id: string): Promise<void>;
  /** Back to the version before; once more goes forward again. */
  rollback(id: string): Promise<void>;
}

const actions = ["disable", "enable", "rollback"] as const;

export function listPlugins(request: Request, { snapshot }: Services, control: PluginControl): Response {
  try {
    requireOperator(request, snapshot.settings.adminToken);
    return Response.json(control.list(), { headers: momentary });
  } catch (error) {
    return problemResponse(error);
  }
}

export async function changePlugin(
  request: Request,
  { snapshot }: Services,
  control: PluginControl,
  { id, action }: { readonly id: string; readonly action: string },
): Promise<Response> {
  try {
    requireOperator(request, snapshot.settings.adminToken);
    const known = actions.find((each) => each === action);
    if (!known) throw new CameoError("no-such-route", `A plugin takes ${actions.join(", ")}.`);
    await control[known](id);
    return Response.json(control.list(), { headers: momentary });
  } catch (error) {
    return problemResponse(error);
  }
}
