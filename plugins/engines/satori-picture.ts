/** A drawn card: just enough to be handed over to the main engine. */
import { CameoError, type Picture, type Pixels } from "cameo/plugin";

export const cannot = (): CameoError =>
  new CameoError("engine-cannot", "The satori engine only draws cards; a main engine has to go on from there.");

const unable = () => {
  throw cannot();
};

export interface CardParts {
  readonly pixels: Pixels;
  readonly hasAlpha: boolean;
  readonly scale: number;
  readonly remarks: readonly string[];
}

export function cardPicture({ pixels, hasAlpha, scale, remarks }: CardParts): Picture {
  return {
    width: pixels.width,
    height: pixels.height,
    frames: 1,
    hasAlpha,
    scale,
    ...(remarks.length > 0 ? { remarks } : {}),
    pixels: () => ({ ...pixels, data: pixels.data.slice() }),
    resize: unable,
    crop: unable,
    extend: unable,
    rotate: unable,
    flip: unable,
    flop: unable,
    composite: unable,
    setPixels: unable,
    dispose() {},
  };
}
