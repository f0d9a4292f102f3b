/** The output of a rewriting: text that passes and links that are asked for, in order. */
import { createGate, type Gate } from "./azure-devops-gate.ts";
import { contentOf, type JsonLimits, type JsonSink } from "./azure-devops-json.ts";
import { createLinkReader, isDescriptor, isId, type LinkOwner, type Place } from "./azure-devops-ref.ts";

/** Whose avatar a link shows, from the link and from the object that it is in. At least one of `descriptor` and `id` is there. */
export interface AvatarIdentity extends LinkOwner {
  /** The link as it was. */
  readonly link: string;
  /** What is shown as the identity's name, if it stands beside the link. */
  readonly name?: string;
}

export interface RewriteOptions extends Place, JsonLimits {
  /** The link to put in place of the old one; `null`, or a throw, leaves the old one. Asked once for each identity. */
  toUrl(identity: AvatarIdentity): string | null | Promise<string | null>;
  /** How many calls of `toUrl` may run at one time. Default 10. */
  readonly concurrency?: number;
}

/** Characters that wait for the end of an identity; after that a link is taken for what itself says. */
const maxHeldChars = 65_536;
/** Identities that are remembered, so that each is asked for once. */
const maxKnown = 20_000;

/** An object or array that is open. */
interface Frame {
  key: string;
  readonly isArray: boolean;
  descriptor?: string;
  id?: string;
  name?: string;
  /** Links that wait for what comes after them in this object. */
  readonly waiting: Link[];
}

/** A link in the output. */
interface Link {
  readonly raw: string;
  readonly link: string;
  readonly owner: LinkOwner;
  /** Ends when it is known what stands in its place. */
  work?: Promise<void>;
  /** What stands in its place, as JSON. */
  result?: string;
}

/** Takes what the scanner reads and gives it back with other links. */
export class Rewriter implements JsonSink {
  readonly #options: RewriteOptions;
  readonly #readLink: ReturnType<typeof createLinkReader>;
  readonly #gate: Gate;
  readonly #concurrency: number;
  readonly #known = new Map<string, Promise<string | null>>();
  readonly #frames: Frame[] = [];
  #parts: (string | Link)[] = [];
  #heldChars = 0;
  #running = 0;

  constructor(options: RewriteOptions) {
    this.#options = options;
    this.#readLink = createLinkReader(options);
    this.#concurrency = options.concurrency ?? 10;
    this.#gate = createGate(this.#concurrency);
  }

  /** Joined to the text before it: behind a link that waits, a part for each byte that comes would be looked through with every byte. */
  raw(text: string): void {
    const last = this.#parts.at(-1);
    if (typeof last === "string") this.#parts[this.#parts.length - 1] = last + text;
    else this.#parts.push(text);
    this.#heldChars += text.length;
  }

  open(isArray: boolean): void {
    this.#frames.push({ key: "", isArray, waiting: [] });
  }

  close(): void {
    const frame = this.#frames.pop();
    if (frame) this.#settle(frame);
  }

  key(name: string): void {
    const frame = this.#frames.at(-1);
    if (frame) frame.key = name;
  }

  wantsText(): boolean {
    const { isArray = true, key = "" } = this.#frames.at(-1) ?? {};
    return !isArray && /^(?:imageUrl|avatarUrl|href|descriptor|subjectDescriptor|id|displayName)$/.test(key);
  }

  text(raw: string): void {
    const frame = this.#frames.at(-1);
    const value = contentOf(raw);
    if (frame?.key === "id" && isId(value)) frame.id = value.toLowerCase();
    if (frame?.key === "displayName") frame.name = value;
    if (frame && /descriptor$/i.test(frame.key) && isDescriptor(value)) frame.descriptor = value;
    const holder = this.#holder();
    const owner = holder && this.#readLink(value);
    if (!owner) {
      this.raw(raw);
      return;
    }
    const link = { raw, link: value, owner };
    this.#parts.push(link);
    this.#heldChars += raw.length;
    holder.waiting.push(link);
  }

  /** The identity that the value at hand would be an avatar link of. */
  #holder(): Frame | undefined {
    const [outer, links, last] = [this.#frames.at(-3), this.#frames.at(-2), this.#frames.at(-1)];
    if (last?.key === "imageUrl" || last?.key === "avatarUrl") return last;
    return last?.key === "href" && links?.key === "avatar" && outer?.key === "_links" ? outer : undefined;
  }

  #settle(frame: Frame): void {
    for (const link of frame.waiting.splice(0)) this.#start(link, frame);
  }

  #start(link: Link, frame: Frame): void {
    const descriptor = link.owner.descriptor ?? frame.descriptor;
    const id = link.owner.id ?? frame.id;
    const key = descriptor ?? id;
    if (key === undefined) {
      link.result = link.raw;
      return;
    }
    const identity = {
      link: link.link,
      ...(descriptor ? { descriptor } : {}),
      ...(id ? { id } : {}),
      ...(frame.name ? { name: frame.name } : {}),
    };
    link.work = this.#urlOf(key, identity).then((url) => {
      link.result = url === null ? link.raw : JSON.stringify(url);
    });
  }

  #urlOf(key: string, identity: AvatarIdentity): Promise<string | null> {
    const known = this.#known.get(key);
    if (known) return known;
    if (this.#known.size >= maxKnown) this.#known.clear();
    this.#running += 1;
    const url = this.#gate(async () => this.#options.toUrl(identity))
      .catch(() => null)
      .finally(() => {
        this.#running -= 1;
      });
    this.#known.set(key, url);
    return url;
  }

  /** What is ready, in order. */
  async *take(isEnd: boolean): AsyncGenerator<string> {
    yield* this.#drain(isEnd);
    if (this.#heldChars <= maxHeldChars) return;
    for (const frame of this.#frames) this.#settle(frame);
    yield* this.#drain(isEnd);
  }

  /** Waits for links only while enough are under way, or at the end. */
  async *#drain(isEnd: boolean): AsyncGenerator<string> {
    let [text, index] = ["", 0];
    for (; index < this.#parts.length; index++) {
      const part = this.#parts[index] ?? "";
      if (typeof part !== "string" && part.result === undefined) {
        if (!part.work || !(isEnd || this.#isFull())) break;
        await part.work;
      }
      text += typeof part === "string" ? part : (part.result ?? part.raw);
    }
    this.#parts = this.#parts.slice(index);
    this.#heldChars = this.#parts.reduce((sum, part) => sum + (typeof part === "string" ? part : part.raw).length, 0);
    if (text !== "") yield text;
  }

  #isFull(): boolean {
    return this.#running >= this.#concurrency || this.#heldChars > maxHeldChars;
  }
}
