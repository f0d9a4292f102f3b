/** Settings as they may be shown: without what opens doors. Pure. */

/** Options by name, with what must not be shown as `(hidden)`. */
export function hideSecrets(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => {
      if (isSecret(name)) return [name, "(hidden)"];
      return [name, hideWithin(value)];
    }),
  );
}

function hideWithin(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hideWithin);
  if (typeof value === "object" && value !== null) return hideSecrets(value as Record<string, unknown>);
  return typeof value === "string" ? withoutPassword(value) : value;
}

/** Whether a setting of this name may be a secret. */
export const isSecret = (name: string): boolean =>
  /secret|token|password|credential|auth|key|header|cookie/i.test(name);

/** `https://user:secret@host` → `https://(hidden)@host`. A raw `@` in a password is part of it, as it is for URL parsers. */
export const withoutPassword = (text: string): string => text.replace(/\/\/[^/?#\s]+@/g, "//(hidden)@");
