/**
 * Avatars of an organisation of Azure DevOps, behind its token.
 *
 *     /azure/aad.YjM2…?w=64                                       a descriptor
 *     /azure/6b2f3c9a-1d4e-4f5a-8b6c-0d1e2f3a4b5c?w=64            a GUID
 *     /azure/ada@example.com?w=64                                 an e-mail
 *     /azure/contoso/_apis/GraphProfile/MemberAvatars/aad.YjM2…   a link of Azure DevOps with another host, whatever its query
 *
 * `POST /azure/identities` puts such URLs, signed, in place of the avatar links in JSON of Azure DevOps.
 * A token that does not work is shown in `/health` under `azure-devops <organisation>`; copies in the cache are served on meanwhile.
 * https://learn.microsoft.com/rest/api/azure/devops/graph/avatars/get
 */
import { type RawUrl, type ReadUrl, type SourceHost, source } from "cameo/plugin";
import { createAvatars } from "./azure-devops-avatars.ts";
import { createClient } from "./azure-devops-client.ts";
import { createCredential } from "./azure-devops-credential.ts";
import { createDirectory } from "./azure-devops-directory.ts";
import { identitiesEndpoint } from "./azure-devops-endpoint.ts";
import { noToken } from "./azure-devops-failures.ts";
import { type AzureOptions, options } from "./azure-devops-options.ts";
import { cloudBase, isId, readSubject, type Subject, splitLinkPath } from "./azure-devops-ref.ts";

export default source({
  name: "azure-devops",
  options,
  refParameter: "url",
  setup(given, host) {
    const credential = createCredential(given, host);
    const { organization } = given;
    if (credential.isMissing) host.trouble(`azure-devops ${organization}`, noToken(organization, host));
    const client = createClient(given, credential, host);
    const places = placesOf(given);
    const directory = createDirectory({ organization, client, host, ...places });
    const load = createAvatars({ options: given, client, directory, host, ...places });
    return {
      endpoints: [identitiesEndpoint(given, client, host)],
      check: ({ mounts }) => checkPath(given, host.mount, mounts),
      read: (url) => readUrl(url, given),
      normalize: (ref) => subjectOf(ref, given, host).value,
      async load(ref, context) {
        context.signal.throwIfAborted();
        return load(subjectOf(ref, given, host), context);
      },
    };
  },
});

/** In a link of which only the host was changed, parameters of Azure DevOps are no mistake: `id` is read, the others are left out. */
function readUrl({ ref, query, parameter }: RawUrl, place: AzureOptions): ReadUrl {
  if (splitLinkPath(ref, place) === undefined) return { ref, own: {}, query };
  const id = query.find(([name]) => name.toLowerCase() === "id")?.[1] ?? "";
  return { ref: isId(id) ? id : ref, own: {}, query: query.filter(([name]) => parameter(name) !== undefined) };
}

function checkPath({ identities: { path } }: AzureOptions, own: string, mounts: ReadonlySet<string>): string[] {
  const mount = path?.split("/")[1] ?? own;
  if (mounts.has(mount)) return [];
  return [
    `\`identities.path\` leads to the mount "${mount}", which is not there; there are: ${[...mounts].join(", ")}.`,
  ];
}

function subjectOf(ref: string, { base, organization }: AzureOptions, host: SourceHost): Subject {
  const subject = readSubject(ref, { base, organization });
  if (subject) return subject;
  throw host.fail(
    "bad-request",
    "The path must be a descriptor such as aad.YjM2, a GUID, an e-mail address or an avatar link of this organisation.",
  );
}

/** Where the organisation and its Graph are. A server has no Graph. */
function placesOf({ base, graphBase, organization }: AzureOptions) {
  const within = (address: string) => `${address.replace(/\/+$/, "")}/${encodeURIComponent(organization)}`;
  const graph = graphBase ?? (base.replace(/\/+$/, "") === cloudBase ? "https://vssps.dev.azure.com" : undefined);
  return { base: within(base), graph: graph && within(graph) };
}
