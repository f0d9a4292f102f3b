/** The look of a mount's cards: colours and fonts from the settings, the logo from another mount. */
import type { Brand, CardPicture, PictureSlot, SourceHost } from "cameo/plugin";
import type { Options } from "./template-options.ts";
import { loadPicture, within } from "./template-pictures.ts";
import { canonicalRef } from "./template-reference.ts";

export interface Branded {
  readonly brand: Brand;
  readonly lacksLogo: boolean;
}

export interface Branding {
  /** With the logo as it is now. A logo that does not come within `pictureMs` is left out, and `/health` says so. */
  load(theme: "light" | "dark", signal: AbortSignal): Promise<Branded>;
}

/** The largest that a logo is shown at. */
const logoSlot: PictureSlot = { width: 480, height: 160, fit: "inside" };

/** Throws `bad-setting` for a logo that can be none. */
export function createBranding(options: Options, host: SourceHost): Branding {
  const { brand, maxPicturePx: maxPx, pictureDensity: density, pictureMs } = options;
  const { name, cornerPx, pattern, fonts, colors } = brand;
  const plain = { ...(name === undefined ? {} : { name }), cornerPx, pattern, fonts, colors };
  const light = logoRef("logo", brand.logo, host);
  const refs = { light, dark: logoRef("logoDark", brand.logoDark, host) || light };
  return {
    async load(theme, signal) {
      const ref = refs[theme];
      if (!ref) return { brand: plain, lacksLogo: false };
      const logo = await loadLogo(
        ref,
        within(signal, pictureMs),
        { host: trusted(host), asking: options, density, maxPx },
        host,
      );
      return { brand: logo ? { ...plain, logo } : plain, lacksLogo: !logo };
    },
  };
}

function logoRef(name: string, value: string | undefined, host: SourceHost): string {
  try {
    return canonicalRef(name, value ?? "", host);
  } catch (error) {
    const setting = `mounts.${host.mount}.brand.${name}`;
    throw host.fail(
      "bad-setting",
      `${setting} takes another mount's image such as images/logo.svg, or an http(s) URL.`,
      { cause: error },
    );
  }
}

/** The settings are the operator's words: internal mounts and hosts beyond an allow-list are theirs to name. */
const trusted = (host: SourceHost): Pick<SourceHost, "render" | "sign"> => ({
  render: (path, options) => host.render(host.sign(path), { ...options, as: "plugin" }),
  sign: (path) => path,
});

async function loadLogo(
  ref: string,
  signal: AbortSignal,
  parts: Parameters<typeof loadPicture>[3],
  host: SourceHost,
): Promise<CardPicture | undefined> {
  const part = `logo of ${host.mount}`;
  try {
    const { value } = await loadPicture(ref, logoSlot, { signal, isSigned: false }, parts);
    host.trouble(part, null);
    return value;
  } catch (error) {
    host.trouble(part, error);
    return undefined;
  }
}
