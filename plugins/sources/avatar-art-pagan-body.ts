/**
 * Body, hair and clothes of the adventurers: left halves, eight cells wide, mirrored when drawn.
 * Letters: `s` skin, `h` hair, `c` clothes, `t` second colour, `m` metal (capitals: their shades), `g` gold, `r` gem, `b` leather, `k` boots,
 * `e` eyes, `w` white.
 */
type Sprite = readonly string[];

/** From row 2: head, trunk, arms. */
export const figure: Sprite = [
  ".....sss",
  "....ssss",
  "....ssss",
  "....ssss",
  "....ssss",
  ".....SSS",
  "....cccc",
  "...ccccc",
  "...Ccccc",
  "...sCbbb",
];

/** From row 12. */
export const legs: readonly Sprite[] = [
  ["....bbb.", "....bbb.", "....kkk."],
  ["....CCC.", "....CCC.", "....kkk."],
  ["....TTT.", "....kkk.", "....kkk."],
  ["....MMM.", "....mmm.", "....MMM."],
  ["....cccc", "...ccccc", "...CCCCC"],
  ["....tttt", "....tttt", "...TTTTT"],
  ["....sss.", "....sss.", "....bbb."],
  ["...CcCcC", "....sss.", "....kkk."],
];

/** From row 8. */
export const suits: readonly Sprite[] = [
  ["........"],
  ["....mmmm", "...Mmmmm", "...MmmMm", "....MMMM"],
  ["....cctt", "...ccctt", "...Ccctt", "....Cbtt"],
  ["...mmccc", "...mmccc", "...Ccccc", "....Cggg"],
  ["....cccw", "...ccccw", "...Ccccw", "....Cbbg"],
  ["....ssss", "...sbsss", "...ssbss", "....Sbbb"],
  ["....cccc", "...cccct", "...Ccctt", "....Cbbg"],
  ["...tttcc", "...ttccc", "...Ccccg", "....Cccc"],
  ["....bbbb", "...sbbbb", "...SbbCg", "....bbbb"],
  ["....MmMm", "...MmMmM", "...CMmMm", "....MMMM"],
  ["....cccc", "...ccccg", "...Ccccg", "....Cccg"],
  ["....hhhh", "...hchch", "...Ccccc", "....Cbbb"],
];

/** From row 5. */
export const gazes: readonly Sprite[] = [
  [".....e.."],
  ["......e."],
  [".....ew."],
  [".....we."],
  [".....ee."],
  [".....e..", ".......S"],
  ["......e.", "......SS"],
  [".....e..", "....S..."],
];

/** From row 5: on and beside the lower half of the face. */
export const beards: readonly Sprite[] = [
  ["........"],
  ["........"],
  ["........"],
  ["........", "....HHHH", ".....HHH"],
  ["........", "....HHHH", "....HHHH", ".....HHH", "......HH"],
  ["........", "......HH"],
  ["...s...."],
  ["..ss....", "...s...."],
  ["........", "......w."],
  ["........", "....tttt", ".....ttt"],
  ["........", "........", ".....HHH"],
];

/** From row 0. */
export const hairs: readonly Sprite[] = [
  ["........"],
  ["........", ".....hhh", "....hhhh", "....hhhh", "....h..."],
  ["........", ".....hhh", "...hhhhh", "...hhhhh", "...hh...", "...hh...", "...hh...", "...hh...", "...h...."],
  [".......h", "......hh", "......hh", ".......h"],
  ["........", ".....hhh", "....hhhh", "....hhhh", "....hhhh", "....h..."],
  ["........", "....hhhh", "...hhhhh", "...hhhhh", "...hh..h", "...h...."],
  ["....h.h.", "....hhhh", "....hhhh", "....h.h."],
  ["........", ".....hhh", "....hhhh", "....hhh.", "..hh....", "..hh....", "..h....."],
  ["........", "........", "....h...", "....h...", "....h..."],
  ["......hh", ".....hhh", "....hhhh", "....hhhh", "....hh..", "....h..."],
  ["........", ".....hhh", "....hhhh", "...hhh..", "...hh...", "...h....", "...h....", "..hh....", "..hh...."],
];

/** From row 0. */
export const headgears: readonly Sprite[] = [
  ["........"],
  ["........"],
  ["........"],
  ["........", ".....mmm", "....mmmm", "....mmmm", "....MMMM", "....m...", "....m..."],
  ["..g.....", "..gg.mmm", "...gmmmm", "....mmmm", "....MMMg"],
  ["......tt", ".....ttt", "....tttt", "..tttttt", "...TTTTT"],
  ["....g.g.", "....gggg", "....grgr", "....gggg"],
  ["........", ".....ttt", "....tttt", "...tttTT", "...tt...", "...tt...", "...tt...", "...ttt.."],
  ["........", "........", "........", "....tttt", "....TTTT"],
  ["........", ".....mmm", "....mmmm", "....mmmm", "....mmmm", "....Meee", "....mmmm", ".....MMM"],
  ["........", "........", "........", "....gggr"],
  ["........", ".....bbb", "....bbbb", "..bbbbbb", "........"],
  [".......t", ".....mmt", "....mmmt", "....mmmt", "....MMMM", "....m..m", "....m..."],
  ["...w....", "...ww...", "....w..."],
];

/** From row 7, behind the body. */
export const capes: readonly Sprite[] = [
  ["........"],
  ["........"],
  ["........", "...ttttt", "..tttttt", "..tttttt", "..tttttt", "..TTTTTT", "..TTTTTT"],
  ["........", "...ccccc", "..CCCCCC", "..CCCCCC", "..CCCCCC", "..CCCCCC", "...CCCCC"],
];
