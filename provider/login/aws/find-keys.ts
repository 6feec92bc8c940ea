/**
 * Keys of AWS, from where its own tools look: variables, a pod's web identity, the shared files, a
 * container's role, the machine's role.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 * @module
 */
import type { Environment } from "../../base/environment.ts";
import { lixError } from "../../errors/lix-error.ts";
import { readAwsProfile } from "./config-files.ts";
import { variableKeys, type FoundAwsKeys } from "./keys.ts";
import { profileKeys } from "./profile-keys.ts";
import { containerRole, machineRole } from "./role.ts";
import { webIdentity } from "./sts.ts";

/** undefined when no place has any. `region` is where a role is assumed. */
export async function findAwsKeys(
  region: string,
  environment: Environment,
): Promise<FoundAwsKeys | undefined> {
  return (
    variableKeys(environment) ??
    (await webIdentity(region, environment)) ??
    (await chosenProfile(region, environment)) ??
    (await containerRole(environment)) ??
    (await machineRole(environment))
  );
}

/** One that is asked for by name must be there, as with AWS's own tools. */
async function chosenProfile(
  region: string,
  environment: Environment,
): Promise<FoundAwsKeys | undefined> {
  const name = environment["AWS_PROFILE"];
  if (name && (await readAwsProfile(name, environment)) === undefined)
    throw lixError("AWS_PROFILE_UNUSABLE", {
      profile: name,
      reason: "AWS_PROFILE names it, and it is in no shared file",
      hint: "add it to ~/.aws/config or ~/.aws/credentials, or unset AWS_PROFILE",
    });
  return await profileKeys(name || "default", { region, environment });
}
