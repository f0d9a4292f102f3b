/** Settings as they may be shown: without what opens doors. Pure. */

/** Options by name, with what must not be shown as `(hidden)`. */
export function hideSecrets(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isSecret = (name: string) => /secret|token|password|credential|auth|key|header|cookie/i.test(name);
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => {
      if (isSecret(name)) return [name, "(hidden)"];
      const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
      return [name, isObject ? hideSecrets(value as Record<string, unknown>) : withoutPassword(value)];
    }),
  );
}

/** `https://user:secret@host` → `https://(hidden)@host`. */
const withoutPassword = (value: unknown): unknown =>
  typeof value === "string" ? value.replace(/\/\/[^/@\s]+@/, "//(hidden)@") : value;
