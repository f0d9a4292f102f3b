/** Pictures that are the same for every hash: two silhouettes of a person, a company and a picture that is not there. */
import type { Theme } from "./avatar-art-palette.ts";
import { circle, ellipse, fillAll, path, rect, svg } from "./avatar-art-shape.ts";

/** Slate, so that it does not compete with pictures beside it: ground, its second tone, figure. */
const slate = {
  light: { ground: "#e9ecf2", halo: "#dce1ea", figure: "#6f7b90" },
  dark: { ground: "#252a34", halo: "#303643", figure: "#8d99ae" },
} as const satisfies Record<Theme, object>;

export function drawPerson(theme: Theme): string {
  const { ground, halo, figure } = slate[theme];
  return svg(
    fillAll(ground),
    circle(256, 256, 216, halo),
    path(
      "M208 260H304V322Q304 336 320 341L390 361Q446 379 452 444L456 512H56L60 444Q66 379 122 361L192 341Q208 336 208 322Z",
      figure,
    ),
    ellipse(256, 194, 94, 108, figure),
    path("M203 340Q256 410 309 340L296 333Q256 384 216 333Z", halo),
  );
}

/** Nothing but a ball and an arc, with a gap between them. */
export function drawFigure(theme: Theme): string {
  const { ground, halo, figure } = slate[theme];
  return svg(
    fillAll(ground),
    circle(256, 256, 216, halo),
    path("M256 318C366 318 440 392 448 512H64C72 392 146 318 256 318Z", figure),
    circle(256, 194, 100, figure),
  );
}

export function drawCompany(theme: Theme): string {
  const { ground, halo, figure } = slate[theme];
  const windows = [156, 226, 296].flatMap((y) => [152, 226].map((x) => rect(x, y, 40, 42, 8, halo)));
  const wing = [256, 316].map((y) => rect(338, y, 36, 34, 8, halo));
  return svg(
    fillAll(ground),
    circle(256, 256, 216, halo),
    path("M108 128Q108 104 132 104H286Q310 104 310 128V208H392Q414 208 414 230V512H108Z", figure),
    ...windows,
    ...wing,
    path("M178 512V404Q178 382 209 382Q240 382 240 404V512Z", halo),
  );
}

export function drawCard(theme: Theme): string {
  const { ground, halo, figure } = slate[theme];
  return svg(
    fillAll(ground),
    rect(56, 96, 400, 320, 40, halo),
    circle(166, 194, 44, figure),
    path("M84 388V356L180 262Q200 242 220 262L268 310L334 226Q352 204 370 226L428 296V376Q428 388 416 388Z", figure),
  );
}
