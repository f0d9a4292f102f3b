/** What `cameo serve` does when nobody configured anything: sample images, avatars, cards, logos and remote images from nowhere, a disk cache. */
import type { SettingsInput } from "../core/settings/schema.ts";

/** `samples` is the folder of the sample pictures. */
export function defaults(samples: string): SettingsInput {
  return {
    mounts: {
      images: { source: "file", base: samples },
      remote: { source: "http" },
      avatar: { source: "avatar" },
      upload: { source: "upload", internal: true },
      gravatar: { source: "gravatar", internal: true },
      logo: { source: "logo" },
      "og-image": { source: "template" },
    },
    cache: { disk: {} },
  };
}

/** Paths that show what the defaults can do. */
export const tryPaths = [
  "/og-image?title=Hello+from+Cameo&subtitle=A+card+from+a+template,+drawn+for+you&theme=dark",
  "/avatar/ada?d=robohash&f=y&s=256",
] as const;
