/**
 * Reads JSON chunk by chunk and checks it on the way (RFC 8259). What nobody asks for is passed on as it was written, so that numbers,
 * spaces and the order of keys survive, and memory is bounded by a chunk. Pure.
 */

export interface JsonSink {
  /** The text from where the last call ended. */
  raw(text: string): void;
  /** Whether the string value that comes now is wanted. */
  wantsText(): boolean;
  /** A wanted string value, with its quotes: the sink passes it on. */
  text(raw: string): void;
  key(name: string): void;
  open(isArray: boolean): void;
  close(): void;
}

export interface JsonLimits {
  /** Objects and arrays within each other. Default 256. */
  readonly maxDepth?: number | undefined;
}

/** A longer string is passed on and no key or value of interest; a longer number is refused. In characters. */
const maxTokenChars = 4096;

type Expects = "value" | "value or ]" | "key" | "key or }" | "colon" | "next" | "end";

const space = /[ \t\n\r]*/y;
/** Any but a quote, a backslash and the control characters below the space. */
const plain = /[ !#-[\]-\uffff]*/y;
const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const escapeStart = /^\\(?:u[0-9a-fA-F]{0,3})?$/;
const word = /[-+.\w]*/y;
const scalar = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/** `write` each chunk, then `end`. Both throw a `SyntaxError` that says what is wrong. */
export class JsonScanner {
  readonly #sink: JsonSink;
  readonly #maxDepth: number;
  readonly #isArray: boolean[] = [];
  #expects: Expects = "value";
  /** What was not handed out yet. */
  #text = "";
  #from = 0;
  #at = 0;
  /** Where the string began that `#at` is inside of; −1 outside. */
  #stringAt = -1;
  /** The string is too long to be of interest and is passed on as it comes. */
  #isLong = false;
  #isLast = false;
  #isFirst = true;

  constructor(sink: JsonSink, { maxDepth = 256 }: JsonLimits = {}) {
    this.#sink = sink;
    this.#maxDepth = maxDepth;
  }

  write(chunk: string): void {
    const handedOut = this.#from;
    this.#text = this.#text.slice(handedOut) + chunk;
    this.#at -= handedOut;
    if (this.#stringAt >= 0) this.#stringAt -= handedOut;
    this.#from = 0;
    this.#skipMark();
    while (this.#at < this.#text.length && this.#step()) {}
    this.#handOut(this.#isInside && !this.#isLong ? this.#stringAt : this.#at);
  }

  end(): void {
    this.#isLast = true;
    this.write("");
    if (this.#isInside || this.#expects !== "end") throw new SyntaxError("The JSON ends early.");
  }

  get #isInside(): boolean {
    return this.#stringAt !== -1;
  }

  /** A byte order mark, which some tools write. */
  #skipMark(): void {
    if (!this.#isFirst || this.#text === "") return;
    this.#isFirst = false;
    if (this.#text.startsWith("\ufeff")) this.#at = 1;
  }

  #handOut(to: number): void {
    if (to > this.#from) this.#sink.raw(this.#text.slice(this.#from, to));
    this.#from = Math.max(this.#from, to);
  }

  /** `false`: more text is needed. */
  #step(): boolean {
    if (this.#isInside) return this.#continueString();
    this.#at = endOf(space, this.#text, this.#at);
    const sign = this.#text[this.#at];
    if (sign === undefined) return false;
    if (sign === '"' && this.#expects !== "colon" && this.#expects !== "next" && this.#expects !== "end") {
      this.#stringAt = this.#at++;
      this.#isLong = false;
      return true;
    }
    if ("{[]}:,".includes(sign)) return this.#punctuation(sign);
    return this.#expects === "value" || this.#expects === "value or ]" ? this.#scalar() : this.#fail();
  }

  #punctuation(sign: string): true {
    const isValue = this.#expects === "value" || this.#expects === "value or ]";
    if (isValue && (sign === "{" || sign === "[")) this.#open(sign === "[");
    else if (sign === ":" && this.#expects === "colon") this.#expects = "value";
    else if (sign === "," && this.#expects === "next") this.#expects = this.#isArray.at(-1) ? "value" : "key";
    else if (sign === "]" && (this.#expects === "value or ]" || this.#isNextIn(true))) this.#close();
    else if (sign === "}" && (this.#expects === "key or }" || this.#isNextIn(false))) this.#close();
    else this.#fail();
    this.#at += 1;
    return true;
  }

  #isNextIn(isArray: boolean): boolean {
    return this.#expects === "next" && this.#isArray.at(-1) === isArray;
  }

  #open(isArray: boolean): void {
    if (this.#isArray.length >= this.#maxDepth) {
      throw new SyntaxError(`The JSON is nested deeper than ${this.#maxDepth} levels.`);
    }
    this.#isArray.push(isArray);
    this.#expects = isArray ? "value or ]" : "key or }";
    this.#sink.open(isArray);
  }

  #close(): void {
    this.#isArray.pop();
    this.#afterValue();
    this.#sink.close();
  }

  #afterValue(): void {
    this.#expects = this.#isArray.length > 0 ? "next" : "end";
  }

  #scalar(): boolean {
    const end = endOf(word, this.#text, this.#at);
    if (end - this.#at > maxTokenChars) throw new SyntaxError("The JSON has a number of too many digits.");
    if (end === this.#text.length && end > this.#at && !this.#isLast) return false;
    if (!scalar.test(this.#text.slice(this.#at, end))) this.#fail();
    this.#at = end;
    this.#afterValue();
    return true;
  }

  #continueString(): boolean {
    this.#at = endOf(plain, this.#text, this.#at);
    const isOver = this.#at - this.#stringAt > maxTokenChars;
    if (isOver) this.#isLong = true;
    const sign = this.#text[this.#at];
    if (sign === undefined) return false;
    if (sign === '"') return this.#endString();
    const end = endOf(escaped, this.#text, this.#at);
    if (end > this.#at) this.#at = end;
    else if (this.#isLast || !escapeStart.test(this.#text.slice(this.#at))) this.#fail();
    else return false;
    return true;
  }

  #endString(): true {
    const start = this.#stringAt;
    const end = ++this.#at;
    this.#stringAt = -1;
    const isKey = this.#expects === "key" || this.#expects === "key or }";
    if (isKey) this.#sink.key(this.#isLong ? "" : contentOf(this.#text.slice(start, end)));
    else if (!this.#isLong && this.#sink.wantsText()) {
      this.#handOut(start);
      this.#sink.text(this.#text.slice(start, end));
      this.#from = end;
    }
    if (isKey) this.#expects = "colon";
    else this.#afterValue();
    return true;
  }

  #fail(): never {
    const expected = { next: "a comma or the end of the list or object", end: "nothing more" } as Record<
      string,
      string
    >;
    throw new SyntaxError(`The JSON is not valid: expected ${expected[this.#expects] ?? this.#expects}.`);
  }
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** What a JSON string says. */
export const contentOf = (raw: string): string => (raw.includes("\\") ? (JSON.parse(raw) as string) : raw.slice(1, -1));
