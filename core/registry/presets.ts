/** Presets: parameters under a name. Pure. */
import { CameoError } from "../error.ts";
import type { Parameters } from "../request/parameters.ts";
import { type Grammar, parseRequest } from "../request/parse.ts";
import { settingName } from "../settings/wrong.ts";

/** Parameters that belong to one URL, not to a look. */
const perUrl = ["preset", "version", "expires", "signature"] as const;

/** Parses the presets of the settings. Throws `bad-setting` that names the preset. */
export function parsePresets(
  presets: Readonly<Record<string, string>>,
  grammar: Grammar,
): ReadonlyMap<string, Parameters> {
  return new Map(Object.entries(presets).map(([name, query]) => [name, parsePreset(name, query, grammar)]));
}

function parsePreset(name: string, query: string, grammar: Grammar): Parameters {
  if (!/^[\w-]{1,64}$/.test(name)) {
    throw new CameoError("bad-setting", `presets.${name}: a preset's name takes letters, digits, "_" and "-".`);
  }
  try {
    const { parameters } = parseRequest("/preset/", query, grammar);
    const wrong = perUrl.find((each) => parameters[each] !== undefined);
    if (wrong) throw new CameoError("bad-setting", `"${wrong}" cannot be part of a preset.`);
    return parameters;
  } catch (error) {
    throw new CameoError("bad-setting", `${settingName(["presets", name])}: ${reasonOf(error)}`, { cause: error });
  }
}

/** An answer over HTTP has long lists beside its sentence; here they are part of it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof CameoError)) return String(error);
  const takes = error.options.fields?.takes;
  return error.detail.replace(/; see "takes" for all of them\.$/, takes === undefined ? "." : `; there are ${takes}.`);
}

/** The parameters with their presets filled in: later presets win over earlier ones, the URL's own over all. */
export function expandPresets(parameters: Parameters, presets: ReadonlyMap<string, Parameters>): Parameters {
  if (parameters.preset === undefined) return parameters;
  const { preset, ...own } = parameters;
  const layers = preset.split(",").map((name) => {
    const found = presets.get(name);
    if (found) return found;
    const takes = [...presets.keys()].join(", ") || "no presets: none are configured";
    throw new CameoError("bad-parameter", `There is no preset "${name}"; see "takes" for all of them.`, {
      fields: { parameter: "preset", got: name, takes },
    });
  });
  return Object.assign({}, ...layers, own) as Parameters;
}

/** Refuses parameters of the URL's own where only presets are allowed. */
export function refuseOwnParameters(parameters: Parameters): void {
  const own = Object.keys(parameters).find((name) => !(perUrl as readonly string[]).includes(name));
  if (own === undefined) return;
  throw new CameoError("bad-parameter", `"${own}" cannot be given here; this server takes presets only.`, {
    fields: { parameter: own, takes: perUrl.join(", ") },
  });
}
