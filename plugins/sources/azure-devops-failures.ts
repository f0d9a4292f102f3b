/** What goes wrong, each in a public sentence that names the organisation and says what to change; no secret, address or e-mail is in them. */
import type { SourceHost } from "cameo/plugin";

export const noToken = (organization: string, host: SourceHost): Error =>
  host.fail("origin-failed", `There is no token for the organisation ${organization} of Azure DevOps; set one.`);

export const badToken = (organization: string, host: SourceHost): Error =>
  host.fail(
    "origin-failed",
    `Azure DevOps does not accept the token of the organisation ${organization}: it has expired, was revoked or lacks the scope vso.graph; set another one.`,
  );

export const tooMany = (organization: string, waitS: number, host: SourceHost): Error =>
  host.fail("origin-failed", `Azure DevOps limits the rate of the organisation ${organization}; try again later.`, {
    retryAfterS: Math.max(1, waitS),
  });

export const tooSlow = (organization: string, host: SourceHost): Error =>
  host.fail(
    "origin-timeout",
    `Azure DevOps took too long to answer for the organisation ${organization}; try again later.`,
  );

export const badStatus = (status: number, organization: string, host: SourceHost): Error =>
  host.fail("origin-failed", `Azure DevOps answered ${status} for the organisation ${organization}; try again later.`, {
    fields: { originStatus: status },
  });

export const notExpected = (organization: string, host: SourceHost): Error =>
  host.fail(
    "origin-failed",
    `Azure DevOps answered something else than was asked for, for the organisation ${organization}.`,
  );
