/**
 * Who may upload. Threat: strangers who put a picture on somebody, and users who put one on somebody else.
 * Layers: a token of the settings speaks for everybody; a user's token is made from one, is signed under the instance's secret, names one user and ends within an hour.
 * Compared in constant time, never logged. Residual risk: a user's token in a URL (`?token=`) stands in the logs of proxies until it ends.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { SourceHost } from "cameo/plugin";
import type { User } from "./upload-user.ts";

/** Whom a request may act for: one user, or everybody (`undefined`). */
export type Grant = User | undefined;

export interface Access {
  /** Throws `unauthorized`. */
  check(request: Request): Grant;
  /** A token for one user. */
  issue(user: User, expiresS: number): string;
}

/** Marks users' tokens, so that their form may change. */
const prefix = "u1";

export function createAccess(tokens: readonly string[], host: SourceHost): Access {
  const sign = (payload: string) => host.hmac(`upload token\0${host.mount}\0${payload}`);
  return {
    check(request) {
      if (tokens.length === 0) throw host.fail("unauthorized", switchedOff(host.mount));
      const bearer = bearerOf(request);
      if (bearer !== undefined && isOneOf(bearer, tokens)) return undefined;
      const user = readToken(bearer ?? new URL(request.url).searchParams.get("token") ?? "", sign, host.now());
      if (user) return user;
      throw host.fail("unauthorized", "Send an upload token that is still valid as `Authorization: Bearer …`.");
    },
    issue({ key, names }, expiresS) {
      const payload = encode({ key, names, until: host.now() + expiresS * 1000 });
      return `${prefix}.${payload}.${sign(payload)}`;
    },
  };
}

const switchedOff = (mount: string): string => {
  const variable = `CAMEO_MOUNTS_${mount.replace(/[^A-Za-z0-9]+/g, "_").toUpperCase()}_TOKENS`;
  return `Uploads are off; set mounts.${mount}.tokens (${variable}) to use them.`;
};

function bearerOf(request: Request): string | undefined {
  return /^bearer +(\S+)$/i.exec(request.headers.get("authorization")?.trim() ?? "")?.[1];
}

/** All are compared, so that the time tells nothing. */
const isOneOf = (given: string, tokens: readonly string[]): boolean =>
  tokens.map((each) => isEqual(given, each)).some(Boolean);

function isEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHmac("sha256", "compare").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

function readToken(token: string, sign: (payload: string) => string, now: number): User | undefined {
  const [mark, payload = "", signature = "", ...rest] = token.split(".");
  if (mark !== prefix || rest.length > 0 || !isEqual(sign(payload), signature)) return undefined;
  const { until, ...user } = JSON.parse(Buffer.from(payload, "base64url").toString()) as User & { until: number };
  return until > now ? user : undefined;
}
