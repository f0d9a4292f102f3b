/** What transforms share: work on the pixels of every frame. */
import type { Picture, Pixels } from "./image.ts";

/** Lets `edit` change the pixels of each frame in place, and puts them back. */
export function editFrames(picture: Picture, edit: (pixels: Pixels) => void): void {
  for (let frame = 0; frame < picture.frames; frame++) {
    const pixels = picture.pixels(frame);
    edit(pixels);
    picture.setPixels(pixels, frame);
  }
}
