/** A server with uploads behind the avatar chain, and the words to talk to it. */

import * as v from "valibot";
import type { GateInstance, Plugin } from "../../core/plugin.ts";
import { gate } from "../../core/plugin.ts";
import type { SettingsInput } from "../../core/settings/schema.ts";
import { startApp, type TestApp } from "../app.ts";

export const admin = "an-admin-token-for-tests";
export const token = "an-upload-token-for-tests";
export const signingKey = "a-signing-key-for-tests";

export const email = "ada@example.com";

export const mounts = {
  upload: { source: "upload", internal: true, tokens: [token], shownBy: ["faces"] },
  avatar: { source: "avatar", chain: ["upload"], named: ["upload"], default: "404" },
  faces: { source: "avatar", chain: ["upload"], named: ["upload"], default: "404" },
};

export const operator = { authorization: `Bearer ${admin}` };
export const uploader = { authorization: `Bearer ${token}` };

export function startUploads(
  plugins: readonly Plugin[] = [],
  folder?: string,
  own: SettingsInput = {},
): Promise<TestApp> {
  const settings = { adminToken: admin, signingKeys: [signingKey], mounts, ...own };
  return startApp({ settings, plugins, ...(folder === undefined ? {} : { folder }) });
}

/** A form with a picture and fields. */
export function formOf(file: Uint8Array, fields: Readonly<Record<string, string>> = { email }): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set("file", new File([file as Uint8Array<ArrayBuffer>], "me.png"));
  return form;
}

export interface Uploaded {
  readonly sha256: string;
  readonly md5: string;
  readonly urls: readonly string[];
  readonly asset: string;
  readonly etag: string;
  readonly status: string;
}

/** Uploads, and expects to be let. */
export async function upload(
  app: TestApp,
  file: Uint8Array,
  fields?: Readonly<Record<string, string>>,
): Promise<Uploaded> {
  const response = await send(app, file, fields);
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Uploaded;
}

export const send = (
  app: TestApp,
  file: Uint8Array,
  fields?: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = uploader,
): Promise<Response> => app.get("/avatar", { method: "POST", body: formOf(file, fields), headers });

/** A gate that moderates and lets every request pass. */
export const moderator = (moderate: NonNullable<GateInstance["moderate"]>): Plugin =>
  gate({ name: "moderator", options: v.object({}), setup: () => ({ check() {}, moderate }) });
