/** How heavy a job is: heavy ones never take all the workers. Pure. */
import type { Job } from "./protocol.ts";

/** A job over this share of the decoded-bytes budget is heavy. */
const heavyShare = 1 / 8;
/** The same for an animation: each frame goes through every operation, which takes seconds where a still takes a tenth. */
const heavyAnimation = 1 / 64;
/** Results over this many pixels are heavy: a wide blur and AVIF take about a second for 4 million, ten for 16. */
const heavyPixels = 4_000_000;

/** `budgetBytes`: decoded bytes that may be in work at one time. */
export function isHeavy({ header, plan }: Job, budgetBytes: number): boolean {
  const isAnimation = header.frames > 1 && plan.decode.maxFrames > 1;
  const share = isAnimation ? heavyAnimation : heavyShare;
  return plan.size.width * plan.size.height > heavyPixels || plan.costBytes > budgetBytes * share;
}
