/** Photos by ID, and by their number in a list that comes page by page. */
import * as v from "valibot";
import type { Answer, Api } from "./api.ts";

const photoSchema = v.object({ id: v.string(), urls: v.record(v.string(), v.string()) });
export type Photo = v.InferOutput<typeof photoSchema>;

export async function photoById(api: Api, id: string, signal: AbortSignal): Promise<Photo | null> {
  const answer = await api.get({ path: `photos/${id}`, body: photoSchema }, signal);
  return answer?.body ?? null;
}

export interface Place {
  readonly topic: string;
  /** From 1. */
  readonly index: number;
  readonly perPage: number;
}

/** The photo at a place. A service that gives shorter pages than asked for is asked once more, for the page of its own size. */
export async function photoAt(api: Api, place: Place, signal: AbortSignal): Promise<Photo | null> {
  const page = Math.ceil(place.index / place.perPage);
  const query = { page: String(page), per_page: String(place.perPage) };
  const path = `topics/${place.topic}/photos`;
  const answer = await api.get({ path, query, body: v.array(photoSchema) }, signal);
  if (!answer) return null;
  const photos = answer.body;
  const size = pageSize(answer, photos.length, place.perPage);
  if (size < place.perPage && !isPast(answer, place.index)) return photoAt(api, { ...place, perPage: size }, signal);
  return photos[(place.index - 1) % place.perPage] ?? null;
}

/** What the service takes for a page: it says so, or it gave fewer than asked for and yet has more. */
function pageSize({ headers }: Answer<unknown>, given: number, wanted: number): number {
  const said = Number(headers.get("x-per-page"));
  if (Number.isInteger(said) && said > 0) return Math.min(said, wanted);
  const hasNext = /rel="?next"?/.test(headers.get("link") ?? "");
  return hasNext && given > 0 ? Math.min(given, wanted) : wanted;
}

/** `X-Total`, where there is one, says that the list is shorter. */
function isPast({ headers }: Answer<unknown>, index: number): boolean {
  const total = headers.get("x-total");
  return total !== null && index > Number(total);
}
