/** Settings of the source `azure-devops`. */
import { bytes } from "cameo/plugin";
import * as v from "valibot";
import { cloudBase } from "./azure-devops-ref.ts";

const about = v.description;
const address = v.pipe(
  v.string(),
  v.check((text) => /^https?:\/\/[^/?#@\s]+[^?#@\s]*$/.test(text) && URL.canParse(text), "takes an http or https URL"),
);
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const name = v.pipe(
  v.string(),
  v.regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u, "takes the name alone, such as contoso"),
);

/** As it goes into a header; a file or variable that it came from may have ended with a line break. */
const secret = v.pipe(
  v.string(),
  v.trim(),
  v.regex(/^[\x21-\x7e]*$/, "takes visible ASCII characters without spaces between them"),
);

const entra = v.strictObject({
  tenant: v.pipe(v.string(), v.regex(/^[\w.-]+$/), about("Tenant's GUID or domain.")),
  clientId: v.pipe(
    v.string(),
    v.minLength(1),
    about("Application (client) ID of a service principal that is a user of the organisation."),
  ),
  clientSecret: v.pipe(v.optional(secret), about("Its secret.")),
  clientSecretFile: v.pipe(v.optional(v.string()), about("File with its secret, read anew for each token.")),
  base: v.pipe(
    v.optional(address, "https://login.microsoftonline.com"),
    about("Address of Entra; sovereign clouds have their own."),
  ),
});

const identities = v.strictObject({
  isOpen: v.pipe(
    v.optional(v.boolean(), false),
    about("Let anyone rewrite JSON, not operators alone: the answers hold signed URLs."),
  ),
  path: v.pipe(
    v.optional(v.pipe(v.string(), v.regex(/^\/[^?#]*[^/?#]$/, "takes a path such as /avatar/azure"))),
    about(
      "Path that the new links begin with; the descriptor or GUID follows. Default: this mount, which must not be `internal` then.",
    ),
  ),
  query: v.pipe(
    v.optional(v.string(), ""),
    about(
      "Parameters of the new links, such as `w=96&f=webp`; `{name}` becomes the name that is shown: `d=initials&name={name}`.",
    ),
  ),
  expiresS: v.pipe(v.optional(count), about("Seconds for which the new links work. Default: for ever.")),
  onTrouble: v.pipe(
    v.optional(v.picklist(["keep", "default"]), "keep"),
    about(
      "What becomes of a link while its avatar cannot be had: `keep` the old one, or the new one, which then shows the `default` of its mount.",
    ),
  ),
  warm: v.pipe(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 100),
    about("Most avatars that one request with `?warm=1` loads beforehand."),
  ),
  maxBytes: v.pipe(v.optional(bytes, 64 * 2 ** 20), about("Largest JSON.")),
});

export const options = v.object({
  organization: v.pipe(name, about("Name of the organisation or, on a server, of the collection. One for each mount.")),
  token: v.pipe(v.optional(secret), about("Personal access token with the scope `vso.graph` (Graph: Read).")),
  tokenFile: v.pipe(
    v.optional(v.string()),
    about("File with such a token, read anew each time, so that it can be replaced while Cameo runs."),
  ),
  bearerToken: v.pipe(
    v.optional(secret),
    about("Microsoft Entra token as it is. It lasts an hour or so: `entra` gets new ones."),
  ),
  entra: v.pipe(
    v.optional(entra),
    about("Tokens from Microsoft Entra by client credentials, renewed before they expire."),
  ),
  base: v.pipe(
    v.optional(address, cloudBase),
    about("Address without organisation. A server has its own, such as `https://tfs.example.com/tfs`."),
  ),
  graphBase: v.pipe(
    v.optional(address),
    about(
      "Address of the Graph. Default `https://vssps.dev.azure.com` in the cloud; a server has none, and its older links are used.",
    ),
  ),
  size: v.pipe(
    v.optional(v.picklist(["small", "medium", "large"]), "large"),
    about("Size asked for; Azure DevOps has three."),
  ),
  initialsForGenerated: v.pipe(
    v.optional(v.boolean(), false),
    about(
      "Take an avatar that Azure DevOps generated for none, so that an avatar chain goes on to its default, such as initials.",
    ),
  ),
  maxConcurrent: v.pipe(v.optional(count, 10), about("Requests to Azure DevOps at one time; the others wait.")),
  maxBytes: v.pipe(v.optional(bytes, 5 * 2 ** 20), about("Largest avatar.")),
  timeoutMs: v.pipe(
    v.optional(v.pipe(count, v.maxValue(2_147_483_647)), 30_000),
    about("Time for one request with its wait, in milliseconds."),
  ),
  identities: v.pipe(
    v.optional(identities, {}),
    about("`POST /<name>/identities`: JSON with avatar links in, the same with links of this server out."),
  ),
});

export type AzureOptions = v.InferOutput<typeof options>;
export type EntraOptions = v.InferOutput<typeof entra>;
