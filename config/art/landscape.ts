/** A mountain lake on a clear morning: all of it computed. */
import { develop, type Photo } from "./film.ts";
import { paintForest } from "./forest.ts";
import { paintGround } from "./ground.ts";
import { paintLake, paintMist } from "./lake.ts";
import { paintPier } from "./pier.ts";
import { paintSky } from "./sky.ts";
import { makeTerrain } from "./terrain.ts";
import { makeView } from "./view.ts";

export function landscape(width: number, height: number, factor: number): Photo {
  const view = makeView(width * factor, height * factor);
  const terrain = makeTerrain();
  paintSky(view);
  paintGround(view, terrain);
  paintForest(view, terrain);
  paintMist(view);
  paintLake(view);
  paintPier(view);
  return develop(view, factor, 0.8, 0.022);
}
