/**
 * AWS's Security Token Service: keys of a role, for a token that a cluster or CI hands out.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 * @module
 */
import type { Environment } from "../../base/environment.ts";
import { bodyOf } from "../../http/request-body.ts";
import { askAws, keysOf, readTokenFile } from "./ask-aws.ts";
import { AwsRegion, awsServiceUrl } from "./domain.ts";
import { namedEndpoint } from "./endpoint.ts";
import type { FoundAwsKeys } from "./keys.ts";

export interface StsOptions {
  readonly region: string;
  readonly environment: Environment;
  /** Where the token was found: for messages, and the `source` of the keys. */
  readonly source: string;
}

/**
 * Exchanges the token that a cluster or CI wrote to a file for keys; the environment names the file and the
 * role.
 */
export async function webIdentity(
  region: string,
  environment: Environment,
): Promise<FoundAwsKeys | undefined> {
  const tokenFile = environment["AWS_WEB_IDENTITY_TOKEN_FILE"];
  const arn = environment["AWS_ROLE_ARN"];
  if (!tokenFile || !arn) return undefined;
  const options = {
    region: AwsRegion.ofRole(arn, region, environment),
    environment,
    source: "AWS_WEB_IDENTITY_TOKEN_FILE",
  };
  return await exchangeWebIdentity({ tokenFile, arn, session: undefined }, options);
}

export async function exchangeWebIdentity(
  role: {
    readonly tokenFile: string;
    readonly arn: string;
    readonly session: string | undefined;
  },
  options: StsOptions,
): Promise<FoundAwsKeys> {
  const token = await readTokenFile(role.tokenFile, options.source);
  const form = new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: VERSION,
    RoleArn: role.arn,
    RoleSessionName: role.session ?? sessionName(options.environment),
    WebIdentityToken: token.trim(),
  });
  return await exchange(form, options);
}

const VERSION = "2011-06-15";

const sessionName = (environment: Environment): string =>
  environment["AWS_ROLE_SESSION_NAME"] || "pulumi-lix";

async function exchange(
  form: URLSearchParams,
  { region, environment, source }: StsOptions,
): Promise<FoundAwsKeys> {
  const endpoint =
    namedEndpoint(["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"], environment) ??
    awsServiceUrl("sts", region);
  const answer = await askAws(source, endpoint, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: bodyOf(form.toString()),
    retry: true,
  });
  const field = (name: string): string =>
    new RegExp(`<${name}>([^<]+)</${name}>`).exec(answer)?.[1] ?? "";
  const json = { AccessKeyId: field("AccessKeyId"), SecretAccessKey: field("SecretAccessKey") };
  return keysOf({ ...json, Token: field("SessionToken") }, source);
}
