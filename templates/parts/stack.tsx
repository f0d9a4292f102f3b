/** @jsxImportSource cameo */
/** Texts below each other, with the space between them. */
import type { Child } from "cameo/plugin";
import { type Block, Text } from "./text.tsx";

export interface StackProperties {
  readonly blocks: readonly (Block | undefined)[];
  readonly gap: number;
  readonly align?: "start" | "center" | "end";
}

/** Those of the texts that are there. */
export function Stack({ blocks, gap, align = "start" }: StackProperties): Child {
  return (
    <div style={{ display: "flex", flexDirection: "column", gap, flexShrink: 0 }}>
      {blocks.map((block) => (block ? <Text block={block} align={align} /> : null))}
    </div>
  );
}

/** What texts take of a column, with a gap after each, in pixels. */
export function heightOf(blocks: readonly (Block | undefined)[], gap: number): number {
  return blocks.reduce((sum, block) => sum + (block ? block.heightPx + gap : 0), 0);
}
