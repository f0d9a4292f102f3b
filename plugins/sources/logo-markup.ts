/**
 * Streaming HTML and XML, within bounds.
 *
 * Threat: markup made to keep the parser busy. It looks through all open elements for each end tag, so that deep nesting costs the square of its depth:
 * what nests deeper than any page does is read no further.
 */
import { type Handler, Parser, type ParserOptions } from "htmlparser2";

const deepest = 256;
const stepCharacters = 4096;

export interface MarkupHandler extends Partial<Handler> {
  /** Asked now and then: what follows is not read. */
  isDone?(): boolean;
}

/** Reads `text` as far as it is sane. `start` is given the parser, for places in the text. */
export function readMarkup(text: string, options: ParserOptions, start: (parser: () => Parser) => MarkupHandler): void {
  let depth = 0;
  const handler = start(() => parser);
  const parser: Parser = new Parser(
    {
      ...handler,
      onopentag(name, attributes, isImplied) {
        depth += 1;
        handler.onopentag?.(name, attributes, isImplied);
      },
      onclosetag(name, isImplied) {
        depth -= 1;
        handler.onclosetag?.(name, isImplied);
      },
    },
    options,
  );
  for (let at = 0; at < text.length && depth < deepest && handler.isDone?.() !== true; at += stepCharacters)
    parser.write(text.slice(at, at + stepCharacters));
}
