/** A disk store for tests: its options parsed as the registry does it, by default without a floor of free space. */
import type { Driver } from "unstorage";
import * as v from "valibot";
import type { StoreHost } from "../../../core/plugin.ts";
import disk from "../../../plugins/stores/disk.ts";
import { makeHost } from "../../contract/host.ts";

export async function openDisk(
  options: Readonly<Record<string, unknown>>,
  host: StoreHost = makeHost(),
): Promise<Driver> {
  return disk.setup(v.parse(disk.options, { minFreeBytes: 0, ...options }), host);
}
