/**
 * Keys of a profile: written in it, from a web identity, or by any other way that the AWS CLI has. If a profile
 * names several ways, the order is that of the AWS CLI.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 * @see https://github.com/boto/botocore/blob/1.40.0/botocore/credentials.py create_credential_resolver
 * @module
 */
import type { Environment } from "../../base/environment.ts";
import { cliKeys } from "./cli-keys.ts";
import { readAwsProfile, type Section } from "./config-files.ts";
import { AwsRegion } from "./domain.ts";
import { remembered, type FoundAwsKeys } from "./keys.ts";
import { exchangeWebIdentity } from "./sts.ts";

export interface ProfileOptions {
  /** Where a role is assumed, unless the profile says. */
  readonly region: string;
  readonly environment: Environment;
}

/** undefined when there is no such profile, or nothing in it about keys. */
export async function profileKeys(
  name: string,
  { region, environment }: ProfileOptions,
): Promise<FoundAwsKeys | undefined> {
  const profile = await readAwsProfile(name, environment);
  if (profile === undefined) return undefined;
  const { values } = profile;
  const arn = values.get("role_arn");
  const tokenFile = values.get("web_identity_token_file");
  if (arn !== undefined && tokenFile !== undefined) {
    const session = values.get("role_session_name");
    const source = `AWS profile ${JSON.stringify(name)}`;
    const where = values.get("region") ?? AwsRegion.ofRole(arn, region, environment);
    return await exchangeWebIdentity(
      { tokenFile, arn, session },
      { region: where, environment, source },
    );
  }
  if (["role_arn", "sso_session", "sso_start_url"].some((key) => values.has(key)))
    return await cliKeys(profile, region, environment);
  const written = writtenKeys(profile.credentials);
  if (written !== undefined) return written;
  if (["login_session", "credential_process"].some((key) => values.has(key)))
    return await cliKeys(profile, region, environment);
  return writtenKeys(profile.config);
}

function writtenKeys({ source, values }: Section): FoundAwsKeys | undefined {
  const accessKeyId = values.get("aws_access_key_id");
  const secretAccessKey = values.get("aws_secret_access_key");
  const sessionToken = values.get("aws_session_token");
  if (!accessKeyId || !secretAccessKey) return undefined;
  return remembered({ accessKeyId, secretAccessKey, sessionToken, source });
}
