/** Mirrors left to right: `?flop`. */
import { transform } from "cameo/plugin";

export default transform({
  name: "flop",
  order: 41,
  reads: ["flop"],
  isNeeded: ({ flop }) => flop === true,
  apply: (picture) => picture.flop(),
});
