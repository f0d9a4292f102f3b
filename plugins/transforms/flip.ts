/** Mirrors top to bottom: `?flip`. */
import { transform } from "cameo/plugin";

export default transform({
  name: "flip",
  order: 40,
  reads: ["flip"],
  isNeeded: ({ flip }) => flip === true,
  apply: (picture) => picture.flip(),
});
