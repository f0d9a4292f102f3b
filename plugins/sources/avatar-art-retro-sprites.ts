/**
 * The parts of the `retro` creatures: left halves, mirrored when drawn.
 * Letters: `#` body, `s` its shade, `l` its light, `t` trim, `T` its shade, `w` white, `k` ink, `-` the ground's second tone.
 */
type Sprite = readonly string[];

/** Seven rows. */
export const heads: readonly Sprite[] = [
  ["..####", ".#####", "######", "######", "######", ".#####", "..ssss"],
  [".#####", "######", "######", "######", "######", "######", ".sssss"],
  ["...###", "..####", ".#####", "######", "######", "######", ".sssss"],
  ["######", "######", "######", "######", ".#####", "..####", "...sss"],
  [".#####", ".#####", "######", "######", "######", ".#####", ".sssss"],
  ["..####", ".#####", ".#####", "######", "######", "######", "ssssss"],
  ["######", "######", "######", "######", "######", "######", "ssssss"],
  [".#####", "######", "######", ".#####", ".#####", "..####", "..ssss"],
  ["...###", ".#####", ".#####", "######", "######", ".#####", "...sss"],
  ["#.####", "######", "######", "######", "#.####", "..####", "..ssss"],
];

/** Three rows; the third touches the head. */
export const tops: readonly Sprite[] = [
  ["......", "......", "......"],
  ["......", "......", "...###"],
  [".t....", ".##...", "..##.."],
  ["t.....", "t.....", ".##..."],
  ["......", ".##...", ".###.."],
  ["##....", "##....", "###..."],
  [".....t", ".....#", ".....#"],
  ["....tt", "...ttt", "..tttt"],
  ["......", ".t..tt", ".ttttt"],
  [".t.t.t", ".ttttt", ".TTTTT"],
  ["...ttt", "..tttt", "TTTTTT"],
  ["......", "......", ".#.#.#"],
  ["..tt..", "..t...", "..#..."],
  ["......", "tt....", "ttt..."],
  ["....t.", "...#..", "....#."],
  ["......", "..tttt", ".ttttt"],
];

/** Four rows; the first is hidden behind most heads. */
export const bottoms: readonly Sprite[] = [
  ["......", "..ss..", "..ss..", ".sss.."],
  ["......", ".s..s.", "s..s..", "......"],
  ["......", ".sss..", "s.....", "......"],
  ["..####", "..####", ".t####", ".t.ss."],
  ["...###", "tt####", "tt####", "...ss."],
  ["......", ".s.s.s", ".s.s.s", "......"],
  ["..tttt", ".ttttt", "#ttttt", "#TTTTT"],
  ["......", "...ss.", "..ss..", ".ss..."],
  ["......", "..ssss", "...sss", "....ss"],
  ["......", ".####.", "#.##..", "..ss.."],
  ["......", "ss.ss.", ".s..s.", "......"],
  ["......", "...ttt", "..tttt", "..TTTT"],
];

/** Two rows. */
export const eyes: readonly Sprite[] = [
  ["..ww..", "..wk.."],
  ["..ww..", "..kw.."],
  ["..kk..", "..kk.."],
  ["..k...", "..k..."],
  [".www..", ".wkw.."],
  ["...ww.", "...wk."],
  [".kkk..", "..wk.."],
  ["..kk..", ".k..k."],
  ["....ww", "....wk"],
  [".kkkkk", ".kwkkk"],
  ["..wk..", "..ww.."],
  [".k....", "..kk.."],
  ["..ww..", "..kk.."],
  [".tttt.", ".tkkt."],
  ["......", "..kk.."],
  ["...kk.", "..kk.."],
];

/** Two rows, with a row between them and the eyes. */
export const mouths: readonly Sprite[] = [
  ["......", "...kkk"],
  ["...k..", "....kk"],
  ["..k...", "...kkk"],
  ["...kkk", "....kk"],
  ["...kkk", "...wkw"],
  ["......", "....kk"],
  ["..kkkk", "..kwkw"],
  [".....k", ".....k"],
  ["....kk", "...k.."],
  ["......", "..kwkw"],
  ["...www", "...kkk"],
  ["..kkkk", "...www"],
  ["......", "...k.k"],
  ["....tt", "......"],
];

const nothing = "................";
const dots = "--..--..--..--..";
const checks = "..--..--..--..--";
const whole = "----------------";
const bar = "..------------..";

/** Behind the creature, 16×16. */
export const scenes: readonly Sprite[] = [
  [nothing],
  [...Array<string>(13).fill(nothing), whole, whole, whole],
  [
    ".-...........-..",
    nothing,
    "....-.......-...",
    "-..............-",
    nothing,
    "..-..........-..",
    nothing,
    ".-............-.",
    nothing,
    "-..............-",
    nothing,
    ".-...........-..",
    nothing,
    "-..-..........-.",
    "......-..-......",
    ".-............-.",
  ],
  [dots, dots, checks, checks, dots, dots, checks, checks, dots, dots, checks, checks, dots, dots, checks, checks],
  [
    nothing,
    whole,
    nothing,
    whole,
    nothing,
    whole,
    nothing,
    whole,
    nothing,
    whole,
    nothing,
    whole,
    nothing,
    whole,
    nothing,
    whole,
  ],
  [
    "....--------....",
    "..------------..",
    ".--------------.",
    ".--------------.",
    ...Array<string>(8).fill(whole),
    ".--------------.",
    ".--------------.",
    bar,
    "....--------....",
  ],
  [nothing, nothing, ...Array<string>(12).fill(bar)],
];
