/**
 * Keeps an area of the original, before anything else: `?crop=10,20,300,200` (x, y, width, height in whole pixels of the upright original).
 * What reaches over the edges is cut off; an area wholly outside is a `bad-parameter`.
 */
import { type Area, CameoError, type Parameters, type Size, transform } from "cameo/plugin";

export default transform({
  name: "crop",
  order: 10,
  reads: ["crop"],
  size: (size, parameters) => inside(parameters, size),
  apply(picture, parameters, full) {
    const whole = full ?? { width: picture.width / picture.scale, height: picture.height / picture.scale };
    const area = inside(parameters, whole);
    picture.crop(scaled(area, picture.width / whole.width, picture.height / whole.height, picture));
  },
});

function inside({ crop }: Parameters, { width, height }: Size): Area {
  if (!crop) return { x: 0, y: 0, width, height };
  const area = { ...crop, width: Math.min(crop.width, width - crop.x), height: Math.min(crop.height, height - crop.y) };
  if (area.width >= 1 && area.height >= 1) return area;
  const got = [crop.x, crop.y, crop.width, crop.height].join(",");
  const takes = `an area inside ${width} × ${height} px`;
  throw new CameoError("bad-parameter", `The parameter "crop" is ${got}; it takes ${takes}.`, {
    fields: { parameter: "crop", got, takes },
  });
}

/** The area on a picture that was decoded smaller: edges at the nearest pixel, at least one pixel. */
function scaled(area: Area, across: number, down: number, limit: Size): Area {
  const x = Math.min(Math.round(area.x * across), limit.width - 1);
  const y = Math.min(Math.round(area.y * down), limit.height - 1);
  const right = Math.min(Math.round((area.x + area.width) * across), limit.width);
  const bottom = Math.min(Math.round((area.y + area.height) * down), limit.height);
  return { x, y, width: Math.max(1, right - x), height: Math.max(1, bottom - y) };
}
