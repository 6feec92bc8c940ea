/**
 * Keys that only the AWS CLI can get: of a login by SSO or `aws login`, of a role that a profile assumes with
 * the keys of another one, or of a `credential_process`. It also keeps and renews them.
 * @see https://docs.aws.amazon.com/cli/latest/reference/configure/export-credentials.html
 * @module
 */
import { z } from "zod";
import { jsonIn } from "../../base/json.ts";
import { askProgram, isTimeout } from "../../base/ask-program.ts";
import { SingleFlight } from "../../base/concurrency.ts";
import { homeOf, type Environment } from "../../base/environment.ts";
import { redact } from "../../base/redact.ts";
import { TIME_LIMIT } from "../../base/retry-policy.ts";
import { lixError } from "../../errors/lix-error.ts";
import type { AwsProfile } from "./config-files.ts";
import { AwsRegion } from "./domain.ts";
import { remembered, type FoundAwsKeys } from "./keys.ts";

/** What `--format process` prints. */
const ProcessKeys = z.object({
  Version: z.literal(1),
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  SessionToken: z.string().nullish(),
});

/** The CLI may ask a person to touch a security key, so concurrent callers share one run. */
const running = new SingleFlight<FoundAwsKeys>();

/** @param region where a role is assumed, unless the profile or the environment says. */
export async function cliKeys(
  profile: AwsProfile,
  region: string,
  environment: Environment,
): Promise<FoundAwsKeys> {
  const config = environment["AWS_CONFIG_FILE"] || homeOf(environment);
  return await running.run(`${profile.name}\n${config}`, () =>
    exportCredentials(profile, region, environment),
  );
}

async function exportCredentials(
  profile: AwsProfile,
  region: string,
  environment: Environment,
): Promise<FoundAwsKeys> {
  const { name } = profile;
  const { code, stdout, stderr } = await askProgram("aws", {
    arguments: ["configure", "export-credentials", "--profile", name, "--format", "process"],
    input: "",
    environment: { ...environment, ...roleRegion(profile, region, environment) },
    limitMs: TIME_LIMIT.helper.ms,
    stderr: "read",
  }).catch((error: unknown) => {
    const reason = isTimeout(error)
      ? `the AWS CLI gave no answer in ${TIME_LIMIT.helper.ms / 1000} seconds`
      : "only the AWS CLI can get its keys, and there is no `aws` on PATH";
    throw lixError("AWS_PROFILE_UNUSABLE", { profile: name, reason, hint: INSTALL });
  });
  if (code !== 0)
    throw lixError("AWS_PROFILE_UNUSABLE", {
      profile: name,
      reason: `the AWS CLI gave no keys${statedReason(profile, stderr)}`,
      hint: hintOf(profile, stderr),
    });
  const keys = ProcessKeys.safeParse(jsonIn(stdout)).data;
  // Nothing of what it printed is quoted: it may hold keys.
  if (keys === undefined)
    throw lixError("AWS_PROFILE_UNUSABLE", {
      profile: name,
      reason: "the AWS CLI printed something else than keys",
      hint: INSTALL,
    });
  return remembered({
    accessKeyId: keys.AccessKeyId,
    secretAccessKey: keys.SecretAccessKey,
    sessionToken: keys.SessionToken ?? undefined,
    source: `AWS profile ${JSON.stringify(name)}, by the AWS CLI`,
  });
}

/** A role is assumed in its own partition of AWS where neither environment nor profile names a region. */
function roleRegion(
  { values }: AwsProfile,
  region: string,
  environment: Environment,
): Record<string, string> {
  const arn = values.get("role_arn");
  if (arn === undefined || values.has("region")) return {};
  return { AWS_DEFAULT_REGION: AwsRegion.ofRole(arn, region, environment) };
}

const INSTALL =
  "install the AWS CLI, version 2.9 or newer, or set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN";

/** The CLI's last line says why. A credential_process may print a secret, so nothing of it is shown. */
function statedReason({ values }: AwsProfile, stderr: string): string {
  const isOfProcess = values.has("credential_process") || /custom-process/.test(stderr);
  if (isOfProcess || values.has("mfa_serial") || isTooOld(stderr)) return "";
  const line = stderr.trim().split("\n").at(-1) ?? "";
  const shown = redact(line)
    .replace(/\p{Cc}+/gu, " ")
    .slice(0, 200);
  return shown === "" ? "" : `: ${shown}`;
}

const isTooOld = (stderr: string): boolean => /invalid choice/i.test(stderr);

function hintOf({ name, values }: AwsProfile, stderr: string): string {
  if (isTooOld(stderr)) return INSTALL;
  if (values.has("mfa_serial"))
    return `it wants a code (\`mfa_serial\`): run \`aws sts get-caller-identity --profile ${name}\` first, and the AWS CLI keeps the keys for an hour`;
  if (values.has("login_session")) return `run \`aws login --profile ${name}\``;
  if (values.has("sso_session") || values.has("sso_start_url"))
    return `run \`aws sso login --profile ${name}\``;
  return `\`aws configure export-credentials --profile ${name}\` says why`;
}
