/** Dates in the reader's language. */
import * as v from "valibot";

export const date = (about: string) =>
  v.pipe(v.optional(v.pipe(v.string(), v.maxGraphemes(40))), v.description(`${about} As 2026-11-21, or in any words.`));

export const language = v.pipe(
  v.optional(v.pipe(v.string(), v.maxLength(35), v.check(isLanguage, "takes a language such as en or pt-BR"))),
  v.description("Language of dates, such as de or pt-BR. Default: en."),
);

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

/** `2026-11-21` as a day that exists; `undefined` for other words. */
export function parseDay(text: string | undefined): Date | undefined {
  const day = /^\d{4}-\d\d-\d\d$/.test(text ?? "") ? new Date(`${text}T00:00:00Z`) : undefined;
  return day && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text ?? "") ? day : undefined;
}

/** `21 November 2026` as the language has it; other words as they are. */
export function showDate(text: string | undefined, lang = "en"): string | undefined {
  const day = parseDay(text);
  return day ? part(day, lang, { dateStyle: "long" }) : text;
}

/** One part of a day, such as its month. */
export function part(day: Date, lang = "en", how: Intl.DateTimeFormatOptions = {}): string {
  return new Intl.DateTimeFormat(lang, { ...how, timeZone: "UTC" }).format(day);
}
