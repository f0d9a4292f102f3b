/**
 * Tokens of Microsoft Entra by client credentials, renewed before they expire.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
import type { SourceHost } from "cameo/plugin";
import * as v from "valibot";
import type { Credential } from "./azure-devops-credential.ts";
import type { AzureOptions, EntraOptions } from "./azure-devops-options.ts";
import { readSecret } from "./azure-devops-secret.ts";

/** Application ID of Azure DevOps itself, the same in every tenant. */
const scope = "499b84ac-1321-427f-aa17-267ca6975798/.default";

/** A token is renewed when less than this is left, or a tenth of its life if that is less; in milliseconds. */
const marginMs = 300_000;
/** After a refusal Entra is left alone for so long, and a token younger than this is not thrown away. */
const pauseMs = 10_000;

const answerSchema = v.object({
  access_token: v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/)),
  expires_in: v.pipe(v.union([v.number(), v.string()]), v.transform(Number), v.minValue(0)),
});

interface Token {
  readonly header: string;
  readonly sinceMs: number;
  readonly renewAtMs: number;
  readonly untilMs: number;
}

export function createEntraTokens(
  entra: EntraOptions,
  { organization, timeoutMs }: AzureOptions,
  host: SourceHost,
): Credential {
  let token: Token | undefined;
  let flight: Promise<Token> | undefined;
  let failure: { readonly error: unknown; readonly untilMs: number } | undefined;

  /** One request serves all who wait. */
  const fetchOnce = (): Promise<Token> => {
    flight ??= fetchToken(entra, organization, AbortSignal.timeout(timeoutMs), host).finally(() => {
      flight = undefined;
    });
    return flight;
  };

  async function renewed(): Promise<Token> {
    if (failure && host.now() < failure.untilMs) throw failure.error;
    try {
      token = await fetchOnce();
      failure = undefined;
      return token;
    } catch (error) {
      failure = { error, untilMs: host.now() + pauseMs };
      throw error;
    }
  }

  async function header(): Promise<string> {
    const known = token;
    if (known && host.now() < known.renewAtMs) return known.header;
    const next = await renewed().catch((error: unknown) => {
      if (known && host.now() < known.untilMs) return known;
      throw error;
    });
    return next.header;
  }

  return {
    header,
    async renew(refused) {
      if (token?.header === refused && host.now() - token.sinceMs < pauseMs) return undefined;
      if (token?.header === refused) token = undefined;
      const now = await header();
      return now === refused ? undefined : now;
    },
  };
}

async function fetchToken(
  entra: EntraOptions,
  organization: string,
  signal: AbortSignal,
  host: SourceHost,
): Promise<Token> {
  const { base, tenant, clientId, clientSecretFile } = entra;
  const secret = clientSecretFile ? await readSecret(clientSecretFile, organization, host) : (entra.clientSecret ?? "");
  const sinceMs = host.now();
  const response = await host.fetch(`${base.replace(/\/+$/, "")}/${tenant}/oauth2/v2.0/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: secret,
      scope,
    }).toString(),
    redirect: "manual",
    maxBytes: 65_536,
    signal,
  });
  host.metrics.count("tokens");
  const answer: unknown = await response.json().catch(() => undefined);
  const { success, output } = v.safeParse(answerSchema, answer);
  if (response.status !== 200 || !success) throw refusal(answer, organization, host);
  const lifeMs = output.expires_in * 1000;
  const renewAtMs = sinceMs + lifeMs - Math.min(marginMs, lifeMs / 10);
  return { header: `Bearer ${output.access_token}`, sinceMs, renewAtMs, untilMs: sinceMs + lifeMs };
}

/** With OAuth's own word for the reason (RFC 6749 §5.2), never with the description, which names the application. */
function refusal(answer: unknown, organization: string, host: SourceHost): Error {
  const { error } = v.parse(
    v.fallback(v.object({ error: v.pipe(v.string(), v.regex(/^[a-z_]{1,40}$/)) }), { error: "no answer" }),
    answer,
  );
  return host.fail(
    "origin-failed",
    `Microsoft Entra gives no token for the organisation ${organization} (${error}); check tenant, client and secret.`,
  );
}
