declare module "linebreak" {
  /** Finds the places where a text may be broken, one after the other. */
  export default class LineBreaker {
    constructor(text: string);
    nextBreak(): { readonly position: number; readonly required: boolean } | null;
  }
}
