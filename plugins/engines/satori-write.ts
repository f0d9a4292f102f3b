/** A composed card → SVG. */
import type { Drawing } from "cameo/plugin";
import satori from "satori/standalone";
import type { Composed } from "./satori-compose.ts";
import { rootOf } from "./satori-root.ts";

type Hooks = Pick<Parameters<typeof satori>[1], "onStyleError" | "onNodeDetected">;

/**
 * As the library writes it, but with emoji as shapes: as pictures a title of them takes seconds, longer than a job may.
 */
export async function writeSvg({ tree, set }: Composed, drawing: Drawing, hooks: Hooks = {}): Promise<string> {
  const svg = await satori(rootOf(tree, set, drawing) as Parameters<typeof satori>[0], {
    ...drawing.size,
    fonts: set.fonts,
    graphemeImages: set.graphemeImages,
    ...hooks,
  });
  return set.inlineEmoji(svg);
}
