/** What is sent as `Authorization`: a personal access token (Basic, with any user name) or a token of Microsoft Entra (Bearer). */
import type { SourceHost } from "cameo/plugin";
import { createEntraTokens } from "./azure-devops-entra.ts";
import { noToken } from "./azure-devops-failures.ts";
import type { AzureOptions } from "./azure-devops-options.ts";
import { readSecret } from "./azure-devops-secret.ts";

export interface Credential {
  /** None is configured. Default `false`. */
  readonly isMissing?: boolean;
  /** Throws `origin-failed` where there is none. */
  header(): Promise<string>;
  /** Another one than that which was refused, if there is one now. */
  renew(refused: string): Promise<string | undefined>;
}

/** Throws `bad-setting` for more than one. None at all is a trouble, not an error, so that the rest of the server works. */
export function createCredential(options: AzureOptions, host: SourceHost): Credential {
  const { token, tokenFile, bearerToken, entra, organization } = options;
  const given = [token, tokenFile, bearerToken, entra].filter(Boolean);
  if (given.length > 1) {
    throw host.fail(
      "bad-setting",
      "Give one of `token`, `tokenFile`, `bearerToken` and `entra` for each organisation.",
    );
  }
  if (token) return fixed(basic(token));
  if (bearerToken) return fixed(`Bearer ${bearerToken}`);
  if (tokenFile) return fromFile(tokenFile, organization, host);
  if (entra) return createEntraTokens(entra, options, host);
  return {
    isMissing: true,
    header: () => Promise.reject(noToken(organization, host)),
    renew: async () => undefined,
  };
}

const basic = (token: string): string => `Basic ${btoa(`:${token}`)}`;

const fixed = (header: string): Credential => ({ header: async () => header, renew: async () => undefined });

function fromFile(path: string, organization: string, host: SourceHost): Credential {
  const header = async () => basic(await readSecret(path, organization, host));
  return {
    header,
    async renew(refused) {
      const now = await header();
      return now === refused ? undefined : now;
    },
  };
}
