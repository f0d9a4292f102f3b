/**
 * The requests that one logo may cost.
 *
 * Threat: strangers name domains, and their pages name icons, redirects and manifests. Layers: `host.fetch` (public addresses only, pinned) for every
 * hop by itself → http(s), the web's ports and no user names → the caller's word on each hop → a cap on requests, bytes and time.
 * Residual risk: a page may have a few GET requests sent to public hosts of its choice; `iconHosts` narrows that.
 */
import { CameoError, type SourceHost } from "cameo/plugin";
import { isOpen } from "./logo-page.ts";

const mostRequests = 12;
const mostHops = 4;
export interface Errand {
  readonly accept: string;
  readonly maxBytes: number;
  /** Whether it may go there: asked for redirects too. */
  mayGo(url: URL): boolean;
}

/** `unreachable`: there is no such server, or none that answers. */
export type Answer = { readonly url: URL; readonly response: Response } | "refused" | "unreachable" | "late";

export interface Trip {
  get(url: URL, errand: Errand): Promise<Answer>;
  /** Whether there was trouble, so that another day may bring another answer. */
  readonly isDoubtful: boolean;
  /** Notes trouble of a service. */
  noteTrouble(): void;
  readonly signal: AbortSignal;
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** `requestMs` is for one request, so that one that hangs leaves time for the others. */
export function createTrip(host: SourceHost, requestMs: number, signal: AbortSignal): Trip {
  let left = mostRequests;
  let isDoubtful = false;

  async function send(url: URL, { accept, maxBytes }: Errand): Promise<Response | "refused" | "unreachable" | "late"> {
    if (left === 0) return "refused";
    left -= 1;
    host.metrics.count("requests");
    const ends = AbortSignal.any([signal, AbortSignal.timeout(requestMs)]);
    try {
      return await host.fetch(url, { signal: ends, headers: { accept }, maxBytes, redirect: "manual" });
    } catch (error) {
      if (error instanceof CameoError && error.code === "source-too-large") return "refused";
      // A name that leads inside is answered as one that leads nowhere: nobody learns from outside which there are.
      isDoubtful = true;
      return ends.aborted ? "late" : "unreachable";
    }
  }

  return {
    signal,
    get isDoubtful() {
      return isDoubtful || signal.aborted;
    },
    noteTrouble() {
      isDoubtful = true;
    },
    async get(start, errand) {
      let url = start;
      for (let hops = 0; hops <= mostHops && isOpen(url) && errand.mayGo(url); hops++) {
        const response = await send(url, errand);
        if (typeof response === "string") return response;
        if (response.status >= 500 || response.status === 429) isDoubtful = true;
        if (!redirects.has(response.status)) return { url, response };
        const location = response.headers.get("location") ?? "";
        if (!URL.canParse(location, url)) return "refused";
        url = new URL(location, url);
      }
      return "refused";
    },
  };
}
