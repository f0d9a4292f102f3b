/** What stands around every call into the WASM: the deadline, and what a failure means to a client. */
import { type IMagickImage, MagickErrorSeverity } from "@imagemagick/magick-wasm";
import { CameoError, type Host } from "cameo/plugin";

export interface Guard {
  /** Does a piece of work. Throws `too-slow` when the job's time is over before or after it, else what the failure means. */
  run<T>(work: () => T): T;
  /** The same for writing a file: what fails there is not the client's fault. */
  write<T>(work: () => T): T;
  /** Lets a long operation on a large image stop midway. Needed before each one: the library forgets it with every new result. */
  watch(image: IMagickImage): void;
}

/** From this size on an operation can take a good part of a second; below it, asking for progress costs more than it saves. */
const watchedPixels = 4_000_000;

export function createGuard(host: Host, deadlineMs: number): Guard {
  const endsAt = host.now() + deadlineMs;
  const check = (): void => {
    if (host.now() > endsAt) {
      throw host.fail("too-slow", `The image took longer than ${deadlineMs} ms; ask for less or send a simpler image.`);
    }
  };
  const guarded = <T>(work: () => T, why: (error: unknown) => Error): T => {
    check();
    try {
      const result = work();
      check();
      return result;
    } catch (error) {
      check();
      throw why(error);
    }
  };
  return {
    run: (work) => guarded(work, (error) => explain(error, host)),
    write: (work) => guarded(work, (error) => explainWriting(error, host)),
    watch(image) {
      if (image.width * image.height < watchedPixels) return;
      image.onProgress = (event) => {
        event.cancel = host.now() > endsAt;
      };
    },
  };
}

const limitSeverities: ReadonlySet<number> = new Set([
  MagickErrorSeverity.ResourceLimitError,
  MagickErrorSeverity.CacheError,
]);

/** A failure of the library as Cameo's error. Anything that the library did not throw itself is a trap: the WASM's state is lost with it. */
export function explain(error: unknown, host: Host): Error {
  if (error instanceof CameoError) return error;
  const severity = severityOf(error);
  if (!(error instanceof Error) || severity === undefined) {
    const log = { isFatal: true };
    return host.fail("internal", "The image engine crashed on this image.", { cause: error, log });
  }
  const related = "relatedErrors" in error ? (error.relatedErrors as readonly Error[]) : [];
  const messages = [error, ...related].map(({ message }) => message).join("; ");
  const options = { cause: error, log: { magick: messages } };
  if (severity === MagickErrorSeverity.MissingDelegateError || severity === MagickErrorSeverity.PolicyError) {
    return host.fail("unsupported-type", "This is not an image that the engine reads.", options);
  }
  const isLimit = /limit|out of memory|allocation failed/i.test(messages) && !/nesting of boxes/.test(messages);
  if (limitSeverities.has(severity) || isLimit) {
    return host.fail("too-many-pixels", "The image is larger than this server decodes; send a smaller one.", options);
  }
  return host.fail("broken-image", "The image is damaged or not complete; send it again.", options);
}

/** What cannot be written was read before, so that it is not damaged. */
function explainWriting(error: unknown, host: Host): Error {
  const known = explain(error, host);
  if (!(known instanceof CameoError) || !["broken-image", "too-many-pixels"].includes(known.code)) return known;
  const detail =
    "This picture cannot be written in the format that was asked for; ask for another format, or for a smaller picture.";
  return host.fail("engine-cannot", detail, known.options);
}

/** MagickError is exported as a type and a class; its copies in a bundle are not the same class, so its shape decides. */
function severityOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("severity" in error)) return undefined;
  return typeof error.severity === "number" ? error.severity : undefined;
}
