/** `pagan`: an adventurer in pixels: hair, headgear, armour, a weapon and a shield. */
import type { Dice } from "./avatar-art-dice.ts";
import { beards, capes, figure, gazes, hairs, headgears, legs, suits } from "./avatar-art-pagan-body.ts";
import { leftHands, rightHands, scenes } from "./avatar-art-pagan-gear.ts";
import { mixPaint, type Paint, type Theme } from "./avatar-art-palette.ts";
import { createGrid, drawGrid, outline, stamp, stampBoth } from "./avatar-art-pixels.ts";
import { fillAll, svg } from "./avatar-art-shape.ts";

/** Skin and its shade: people, then an orc, a goblin, a spirit and an imp. */
const skins = [
  ["#f6d3b8", "#d9a98a"],
  ["#e9b892", "#c58d66"],
  ["#cf9265", "#a46c45"],
  ["#a86d45", "#814f30"],
  ["#7d4e33", "#5b3623"],
  ["#5d3b29", "#40281c"],
  ["#8fb069", "#668846"],
  ["#6fa99a", "#4b8174"],
  ["#a9b6d8", "#7d8bb3"],
  ["#cf7d76", "#a4564f"],
] as const;

/** Hair and, for beards, its shade. */
const hairColors = [
  ["#3a2f2c", "#241c1a"],
  ["#63412b", "#4a2f1f"],
  ["#96622f", "#754a21"],
  ["#cf9645", "#a97733"],
  ["#e8c981", "#c8a55c"],
  ["#b34d30", "#8d3822"],
  ["#c3c7d1", "#9ea4b2"],
  ["#7a68b3", "#5b4a8a"],
] as const;

/** Metal and its shade: steel, iron, bronze, gold. */
const metals = [
  ["#b9c2d0", "#8591a5"],
  ["#8b94a3", "#626b7b"],
  ["#c08a55", "#8f6237"],
  ["#dcb14e", "#a97f28"],
] as const;

export function drawPagan(hash: string, dice: Dice, theme: Theme): string {
  const paint = mixPaint(hash, dice, theme);
  const grid = createGrid();
  stampBoth(grid, dice.pick(capes), 7);
  stampBoth(grid, figure, 2);
  stampBoth(grid, dice.pick(legs), 12);
  stampBoth(grid, dice.pick(suits), 8);
  stampBoth(grid, dice.pick(gazes), 5);
  stampBoth(grid, dice.pick(beards), 5);
  stampBoth(grid, dice.pick(hairs), 0);
  stampBoth(grid, dice.pick(headgears), 0);
  stamp(grid, dice.pick(leftHands), 1, 7);
  stamp(grid, dice.pick(rightHands), 12, 2);
  outline(grid, "o");
  const scene = createGrid();
  stamp(scene, dice.pick(scenes), 0, 0);
  return svg(fillAll(paint.ground), drawGrid(scene, { "-": paint.halo }), drawGrid(grid, colorsOf(paint, dice, theme)));
}

function colorsOf(paint: Paint, dice: Dice, theme: Theme): Record<string, string> {
  const [[skin, skinShade], [metal, metalShade]] = [dice.pick(skins), dice.pick(metals)];
  const [hair, hairShade] = dice.pick(hairColors);
  return {
    o: theme === "light" ? "#3b3650" : "#0f0e15",
    s: skin,
    S: skinShade,
    h: hair,
    H: hairShade,
    c: paint.body,
    C: paint.shade,
    t: paint.trim,
    T: paint.trimShade,
    m: metal,
    M: metalShade,
    g: "#e2b44c",
    r: dice.pick(["#e05252", "#4fa3e0", "#5dbb63", "#b06fe0"]),
    b: "#8a6040",
    k: "#4c3a36",
    e: paint.ink,
    w: paint.white,
  };
}
