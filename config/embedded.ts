/** Files inside the compiled binary, by specifier. From source there are none; `build.ts` puts its own module in this one's place. */
export const embedded: Readonly<Record<string, string>> = {};
