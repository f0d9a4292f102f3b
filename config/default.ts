/** What `cameo serve` does when nobody configured anything: sample images, remote images from nowhere, a disk cache. */
import type { SettingsInput } from "../core/settings/schema.ts";

/** `samples` is the folder of the sample pictures. */
export function defaults(samples: string): SettingsInput {
  return {
    mounts: {
      images: { source: "file", base: samples },
      remote: { source: "http" },
    },
    cache: { disk: {} },
  };
}
