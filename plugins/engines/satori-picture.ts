/** A drawn card: just enough to be handed over to the main engine, or written as it is. */
import { CameoError, type Picture, type Pixels } from "cameo/plugin";

export const cannot = (): CameoError =>
  new CameoError(
    "engine-cannot",
    "The satori engine only draws cards and writes them as PNG; a main engine has to go on from there.",
  );

const unable = () => {
  throw cannot();
};

export interface CardParts {
  readonly pixels: Pixels;
  readonly hasAlpha: boolean;
  readonly scale: number;
  readonly remarks: readonly string[];
}

export interface DrawnCard extends Picture {
  /** Its pixels, which are the caller's from then on. */
  take(): Pixels;
}

export function cardPicture({ pixels, hasAlpha, scale, remarks }: CardParts): DrawnCard {
  return {
    width: pixels.width,
    height: pixels.height,
    frames: 1,
    hasAlpha,
    scale,
    ...(remarks.length > 0 ? { remarks } : {}),
    take: () => pixels,
    pixels: () => ({ ...pixels, data: pixels.data.slice() }),
    resize: unable,
    crop: unable,
    extend: unable,
    rotate: unable,
    flip: unable,
    flop: unable,
    composite: unable,
    setPixels: unable,
    dispose: () => release(pixels),
  };
}

/** Given back at once: the collector does not see the weight of pixels. */
function release({ data: { buffer } }: Pixels): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}
