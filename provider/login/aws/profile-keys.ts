/**
 * Keys of a profile: written down, or by what it says how to get them. Where it says several ways,
 * the order is that of the AWS CLI.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 * @see https://github.com/boto/botocore/blob/1.40.0/botocore/credentials.py create_credential_resolver
 * @module
 */
import type { Environment } from "../../base/environment.ts";
import { readAwsProfile, type AwsProfile, type Section } from "./config-files.ts";
import { processKeys } from "./credential-process.ts";
import { AwsRegion } from "./domain.ts";
import { remembered, variableKeys, type FoundAwsKeys } from "./keys.ts";
import { AwsProfileUnusable } from "./profile-unusable.ts";
import { containerRole, machineRole } from "./role.ts";
import { ssoKeys } from "./sso.ts";
import { assumeRole, exchangeWebIdentity } from "./sts.ts";

export interface ProfileOptions {
  /** Where a role is assumed, unless the profile says. */
  readonly region: string;
  readonly environment: Environment;
}

/** undefined when there is no such profile, or nothing in it about keys. */
export async function profileKeys(
  name: string,
  options: ProfileOptions,
): Promise<FoundAwsKeys | undefined> {
  return await keysOf(name, options, []);
}

/** @param askers the profiles that this one is the source of. */
async function keysOf(
  name: string,
  options: ProfileOptions,
  askers: readonly string[],
): Promise<FoundAwsKeys | undefined> {
  const profile = await readAwsProfile(name, options.environment);
  if (profile === undefined) return undefined;
  const { values } = profile;
  const isWritten = values.has("aws_access_key_id") || values.has("aws_secret_access_key");
  // As a source, keys count for more than a role: so a profile may be its own source.
  if (values.has("role_arn") && !(isWritten && askers.length > 0)) {
    if (askers.includes(name))
      throw new AwsProfileUnusable(name, `it is its own source: ${askers.join(", ")}, ${name}`);
    return await roleKeys(profile, options, askers);
  }
  if (values.has("sso_session") || values.has("sso_start_url"))
    return await ssoKeys(profile, options.environment);
  const written = writtenKeys(profile.credentials);
  if (written !== undefined) return written;
  if (values.has("login_session"))
    throw new AwsProfileUnusable(name, "`login_session` (aws login) is not supported");
  const command = values.get("credential_process");
  if (command !== undefined) return await processKeys(name, command, options.environment);
  return writtenKeys(profile.config);
}

async function roleKeys(
  profile: AwsProfile,
  options: ProfileOptions,
  askers: readonly string[],
): Promise<FoundAwsKeys> {
  const { name, values } = profile;
  const { environment } = options;
  const source = `AWS profile ${JSON.stringify(name)}`;
  const arn = values.get("role_arn") ?? "";
  const region = values.get("region") ?? AwsRegion.ofRole(arn, options.region, environment);
  const session = values.get("role_session_name");
  const tokenFile = values.get("web_identity_token_file");
  if (tokenFile !== undefined)
    return await exchangeWebIdentity({ tokenFile, arn, session }, { region, environment, source });
  if (values.has("mfa_serial"))
    throw new AwsProfileUnusable(name, "`mfa_serial` (a code by hand) is not supported");
  const keys = await sourceKeys(profile, options, [...askers, name]);
  const role = {
    arn,
    session,
    externalId: values.get("external_id"),
    durationSeconds: values.get("duration_seconds"),
  };
  return await assumeRole(role, keys, { region, environment, source });
}

/** Of the one who assumes the role. */
async function sourceKeys(
  { name, values }: AwsProfile,
  options: ProfileOptions,
  askers: readonly string[],
): Promise<FoundAwsKeys> {
  const other = values.get("source_profile");
  const place = values.get("credential_source");
  const found =
    other !== undefined
      ? await keysOf(other, options, askers)
      : await namedSource(name, place, options.environment);
  if (found !== undefined) return found;
  const said = other === undefined ? `credential_source = ${place}` : `source_profile = ${other}`;
  throw new AwsProfileUnusable(name, `\`${said}\` has no keys`);
}

async function namedSource(
  profile: string,
  place: string | undefined,
  environment: Environment,
): Promise<FoundAwsKeys | undefined> {
  switch (place) {
    case "Environment":
      return variableKeys(environment);
    case "EcsContainer":
      return await containerRole(environment);
    case "Ec2InstanceMetadata":
      return await machineRole(environment);
    case undefined:
      throw new AwsProfileUnusable(
        profile,
        "`role_arn` needs `source_profile`, `credential_source` or `web_identity_token_file`",
      );
    default:
      throw new AwsProfileUnusable(profile, "its `credential_source` is none that AWS knows");
  }
}

function writtenKeys({ source, values }: Section): FoundAwsKeys | undefined {
  const accessKeyId = values.get("aws_access_key_id");
  const secretAccessKey = values.get("aws_secret_access_key");
  const sessionToken = values.get("aws_session_token");
  if (!accessKeyId || !secretAccessKey) return undefined;
  return remembered({ accessKeyId, secretAccessKey, sessionToken, source });
}
