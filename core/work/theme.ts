/** `theme=light|dark` as one step of a plan: asks the strategies one after the other until one has done it. */
import type { Picture } from "../image.ts";
import type { ThemeDefinition, TransformDefinition } from "../plugin.ts";
import type { Parameters } from "../request/parameters.ts";

/** After the resize (50), so that there are few pixels to look at; before the effects (60). */
const order = 55;

export function themeTransform(strategies: readonly ThemeDefinition[]): TransformDefinition {
  return {
    name: "theme",
    order,
    reads: ["theme"],
    isNeeded: ({ theme }) => strategies.length > 0 && (theme === "light" || theme === "dark"),
    apply: (picture, parameters) => adapt(picture, parameters, strategies),
  };
}

async function adapt(picture: Picture, { theme }: Parameters, strategies: readonly ThemeDefinition[]): Promise<void> {
  if (theme !== "light" && theme !== "dark") return;
  for (const strategy of strategies) if ((await strategy.apply(picture, theme)) === true) return;
}
