/** What `/templates.json` says of a template. */
import { describeParameters, type ParameterFacts, type Size, type TemplateEntry } from "cameo/plugin";

export interface ListedTemplate {
  readonly id: string;
  /** What stands in a URL: `card`, `card@2`. */
  readonly ref: string;
  readonly name: string;
  readonly version: string;
  /** Changes with its code. */
  readonly hash: string;
  readonly isDisabled: boolean;
  /** Path of its file; `null` for a built-in. */
  readonly file: string | null;
  readonly about: string;
  readonly size: Size;
  readonly parameters: readonly ParameterFacts[];
  readonly examples: readonly Readonly<Record<string, string>>[];
}

export function listOf({ id, name, version, hash, isDisabled, file, definition }: TemplateEntry): ListedTemplate {
  const { about = "", size = { width: 1200, height: 630 }, examples } = definition;
  const ref = id.slice("template.".length);
  return {
    ...{ id, ref, name, version, hash, isDisabled, file, about, examples },
    size: { width: size.width, height: size.height },
    parameters: describeParameters(definition),
  };
}
