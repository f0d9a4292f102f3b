/** JSON as the documented schemas of Azure DevOps have it, with the avatar links that they carry. Names and GUIDs are made up. */

export const organization = "contoso";

export interface Person {
  readonly descriptor: string;
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** The n-th of as many people as are wanted. */
export function person(n: number): Person {
  const tail = n.toString(16).padStart(12, "0");
  const id = `6b2f3c9a-1d4e-4f5a-8b6c-${tail}`;
  const object = Buffer.from(`3a9d7c15-52be-4e0f-b8a1-${tail}`).toString("base64url");
  return { descriptor: `aad.${object}`, id, name: `Person ${n}`, email: `person.${n}@contoso.example` };
}

export const memberLink = ({ descriptor }: Person): string =>
  `https://dev.azure.com/${organization}/_apis/GraphProfile/MemberAvatars/${descriptor}`;

export const imageLink = ({ id }: Person): string =>
  `https://dev.azure.com/${organization}/_api/_common/identityImage?id=${id}`;

/** `IdentityRef`, as Git, work items and teams embed it. */
export const identityRef = (who: Person) => ({
  displayName: who.name,
  url: `https://spsprodweu1.vssps.visualstudio.com/A1b2c3d4/_apis/Identities/${who.id}`,
  _links: { avatar: { href: memberLink(who) } },
  id: who.id,
  uniqueName: who.email,
  imageUrl: imageLink(who),
  descriptor: who.descriptor,
});

/** Git: Pull Requests - Get Pull Requests. */
export const pullRequests = (people: readonly Person[]) => ({
  value: people.map((who, index) => ({
    repository: {
      id: "3411ebc1-d5aa-464f-9615-0b527bc66719",
      name: "fabrikam",
      url: `https://dev.azure.com/${organization}/_apis/git/repositories/3411ebc1-d5aa-464f-9615-0b527bc66719`,
      project: {
        id: "a7573007-bbb3-4341-b726-0c4148a07853",
        name: "fabrikam",
        state: "unchanged",
        visibility: "unchanged",
        lastUpdateTime: "0001-01-01T00:00:00",
      },
    },
    pullRequestId: 22 + index,
    codeReviewId: 22 + index,
    status: "active",
    createdBy: identityRef(who),
    creationDate: "2026-11-01T16:30:31.6655471Z",
    title: 'A "new" feature — ünïcode 🎉',
    description: "Adds a feature\r\nwith two lines and a path C:\\temp",
    sourceRefName: "refs/heads/npaulk/my_work",
    targetRefName: "refs/heads/new_feature",
    mergeStatus: "queued",
    isDraft: false,
    mergeId: "f5fc8381-3fb2-49fe-8a0d-27dcc2d6ef82",
    reviewers: [{ reviewerUrl: "https://dev.azure.com/contoso/_apis/…", vote: 0, ...identityRef(person(index + 100)) }],
    labels: [],
    url: `https://dev.azure.com/${organization}/_apis/git/repositories/3411ebc1-d5aa-464f-9615-0b527bc66719/pullRequests/22`,
    supportsIterations: true,
  })),
  count: people.length,
});

/** Work Items - Get Work Item. */
export const workItem = (who: Person, other: Person) => ({
  id: 131_489,
  rev: 3,
  fields: {
    "System.AreaPath": "CustomProcessPrj",
    "System.WorkItemType": "User Story",
    "System.AssignedTo": identityRef(who),
    "System.CreatedDate": "2026-10-06T01:50:38.273Z",
    "System.CreatedBy": identityRef(other),
    "System.Title": "User Story 1",
    "Microsoft.VSTS.Common.StackRank": 1_999_999_521.5,
    "System.Description": '<img src="https://dev.azure.com/contoso/_api/_common/identityImage?id=x">',
  },
  _links: {
    self: { href: `https://dev.azure.com/${organization}/_apis/wit/workItems/131489` },
    html: { href: `https://dev.azure.com/${organization}/_workitems/edit/131489` },
  },
  url: `https://dev.azure.com/${organization}/_apis/wit/workItems/131489`,
});

/** Core: Teams - Get Team Members With Extended Properties. */
export const teamMembers = (people: readonly Person[]) => ({
  value: people.map((who, index) => ({ ...(index === 0 ? { isTeamAdmin: true } : {}), identity: identityRef(who) })),
  count: people.length,
});

/** Graph: Users - List. */
export const graphUsers = (people: readonly Person[]) => ({
  count: people.length,
  value: people.map((who) => ({
    subjectKind: "user",
    metaType: "member",
    domain: "72f988bf-86f1-41af-91ab-2d7cd011db47",
    principalName: who.email,
    mailAddress: who.email,
    origin: "aad",
    originId: "e7f6a5d4-0000-4c3b-9a8d-1f2e3d4c5b6a",
    displayName: who.name,
    _links: {
      self: { href: `https://vssps.dev.azure.com/${organization}/_apis/Graph/Users/${who.descriptor}` },
      memberships: { href: `https://vssps.dev.azure.com/${organization}/_apis/Graph/Memberships/${who.descriptor}` },
      storageKey: { href: `https://vssps.dev.azure.com/${organization}/_apis/Graph/StorageKeys/${who.descriptor}` },
      avatar: { href: memberLink(who) },
    },
    url: `https://vssps.dev.azure.com/${organization}/_apis/Graph/Users/${who.descriptor}`,
    descriptor: who.descriptor,
  })),
});
