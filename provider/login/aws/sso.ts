/**
 * IAM Identity Center ("SSO"): the token that `aws sso login` left behind, for keys of a role.
 * @see https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html
 * @see https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html
 * @see https://github.com/boto/botocore/blob/1.40.0/botocore/tokens.py SSOTokenProvider
 * @module
 */
import { createHash } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { SingleFlight } from "../../base/concurrency.ts";
import { homeOf, type Environment } from "../../base/environment.ts";
import { log } from "../../base/log.ts";
import { bodyOf } from "../../http/request-body.ts";
import { Secrets } from "../../base/secrets.ts";
import { removeTemporary, temporaryPath } from "../../base/temporary.ts";
import { askAws, AwsRoleFailed, keysOf, parseJson } from "./ask-aws.ts";
import { readSsoSession, type AwsProfile } from "./config-files.ts";
import { awsServiceUrl } from "./domain.ts";
import { namedEndpoint } from "./endpoint.ts";
import type { FoundAwsKeys } from "./keys.ts";
import { AwsProfileUnusable } from "./profile-unusable.ts";

/** Before its end a token is renewed where it can be; as the AWS CLI. */
const RENEWED_EARLY_MS = 15 * 60_000;

interface SsoSettings {
  readonly profile: string;
  readonly region: string;
  readonly account: string;
  readonly role: string;
  /** Where the AWS CLI keeps the token. */
  readonly tokenFile: string;
  /** Tokens of before there were sessions cannot be renewed. */
  readonly renewable: boolean;
}

const Token = z.looseObject({
  accessToken: z.string(),
  expiresAt: z.string(),
  refreshToken: z.string().optional(),
  clientId: z.string().optional(),
  clientSecret: z.string().optional(),
});
type Token = z.output<typeof Token>;

const Renewed = z.object({
  accessToken: z.string(),
  // Seconds; a date has an end.
  expiresIn: z.coerce
    .number()
    .min(0)
    .max(10 * 365 * 24 * 3600),
  refreshToken: z.string().optional(),
});

const RoleCredentials = z.object({
  roleCredentials: z.object({
    accessKeyId: z.string(),
    secretAccessKey: z.string(),
    sessionToken: z.string(),
  }),
});

export async function ssoKeys(
  profile: AwsProfile,
  environment: Environment,
): Promise<FoundAwsKeys> {
  const settings = await settingsOf(profile, environment);
  const token = await tokenOf(settings, environment);
  const source = `the SSO session of AWS profile ${JSON.stringify(profile.name)}`;
  const url = new URL(
    "/federation/credentials",
    endpoint("AWS_ENDPOINT_URL_SSO", "portal.sso", settings.region, environment),
  );
  url.searchParams.set("role_name", settings.role);
  url.searchParams.set("account_id", settings.account);
  const headers = { "x-amz-sso_bearer_token": token.accessToken };
  const text = await askAws(source, url, { headers }).catch((cause: unknown) => {
    if (!(cause instanceof AwsRoleFailed)) throw cause;
    throw new AwsProfileUnusable(profile.name, "its SSO gives no keys", {
      hint: `check its sso_account_id and sso_role_name, or run \`aws sso login --profile ${profile.name}\``,
      cause,
    });
  });
  const answer = RoleCredentials.safeParse(parseJson(text, source)).data?.roleCredentials;
  return keysOf(
    {
      AccessKeyId: answer?.accessKeyId,
      SecretAccessKey: answer?.secretAccessKey,
      Token: answer?.sessionToken,
    },
    source,
  );
}

async function settingsOf(profile: AwsProfile, environment: Environment): Promise<SsoSettings> {
  const { name, values } = profile;
  const session = values.get("sso_session");
  const shared = session === undefined ? values : await readSsoSession(session, environment);
  if (shared === undefined)
    throw new AwsProfileUnusable(name, `there is no [sso-session ${session}] in the config file`);
  const setting = (from: ReadonlyMap<string, string>, key: string): string => {
    const value = from.get(key);
    if (value) return value;
    throw new AwsProfileUnusable(name, `SSO needs \`${key}\`, and it is not set`);
  };
  const startUrl = setting(shared, "sso_start_url");
  const id = createHash("sha1")
    .update(session ?? startUrl)
    .digest("hex");
  return {
    profile: name,
    region: setting(shared, "sso_region"),
    account: setting(values, "sso_account_id"),
    role: setting(values, "sso_role_name"),
    tokenFile: join(homeOf(environment), ".aws/sso/cache", `${id}.json`),
    renewable: session !== undefined,
  };
}

/** Renewing makes the old token worthless, so many at once renew it once. */
const reading = new SingleFlight<Token>();

async function tokenOf(settings: SsoSettings, environment: Environment): Promise<Token> {
  return await reading.run(settings.tokenFile, async () => {
    const token = await readToken(settings.tokenFile);
    if (token === undefined) throw notLoggedIn(settings, "nobody is logged in");
    const left = endOf(token) - Date.now();
    if (left > RENEWED_EARLY_MS) return token;
    const renewed = settings.renewable ? await renew(token, settings, environment) : undefined;
    if (renewed !== undefined) return renewed;
    if (left > 0) return token;
    throw notLoggedIn(settings, "the login has expired");
  });
}

const notLoggedIn = ({ profile, tokenFile }: SsoSettings, why: string): AwsProfileUnusable =>
  new AwsProfileUnusable(profile, `${why} to its SSO (${tokenFile})`, {
    hint: `run \`aws sso login --profile ${profile}\``,
  });

// Old versions of the AWS CLI end it in "UTC".
const endOf = (token: Token): number => Date.parse(token.expiresAt.replace(/UTC$/, "Z")) || 0;

async function readToken(file: string): Promise<Token | undefined> {
  try {
    const token = Token.parse(JSON.parse(await readFile(file, "utf8")));
    Secrets.remember(token.accessToken, token.refreshToken, token.clientSecret);
    return token;
  } catch {
    // Whatever is wrong with it, a new login makes it good.
    return undefined;
  }
}

/** undefined when it cannot be renewed. */
async function renew(
  token: Token,
  settings: SsoSettings,
  environment: Environment,
): Promise<Token | undefined> {
  const { clientId, clientSecret, refreshToken } = token;
  if (!clientId || !clientSecret || !refreshToken) return undefined;
  const url = new URL(
    "/token",
    endpoint("AWS_ENDPOINT_URL_SSO_OIDC", "oidc", settings.region, environment),
  );
  const form = { grantType: "refresh_token", clientId, clientSecret, refreshToken };
  const answer = await askAws("SSO login", url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: bodyOf(JSON.stringify(form)),
  }).catch((error: unknown) => {
    // A login has its end, whatever is done for it.
    if (error instanceof AwsRoleFailed) return "{}";
    throw error;
  });
  const renewed = Renewed.safeParse(parseJson(answer, "SSO login")).data;
  if (renewed === undefined) return undefined;
  Secrets.remember(renewed.accessToken, renewed.refreshToken);
  const end = new Date(Date.now() + renewed.expiresIn * 1000);
  const next: Token = {
    ...token,
    accessToken: renewed.accessToken,
    refreshToken: renewed.refreshToken ?? refreshToken,
    expiresAt: end.toISOString().replace(/\.\d+Z$/, "Z"),
  };
  await keep(settings.tokenFile, next);
  return next;
}

/** For the AWS CLI, too: the token that is in its file is good for nothing any more. */
async function keep(file: string, token: Token): Promise<void> {
  const next = temporaryPath(file);
  try {
    await writeFile(next, JSON.stringify(token), { mode: 0o600 });
    await rename(next, file);
  } catch (error) {
    const why = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    log.warn(
      `${file} cannot be written${why}: the next login to its SSO is up to you (\`aws sso login\`)`,
    );
  } finally {
    await removeTemporary(next);
  }
}

const endpoint = (
  variable: "AWS_ENDPOINT_URL_SSO" | "AWS_ENDPOINT_URL_SSO_OIDC",
  service: string,
  region: string,
  environment: Environment,
): URL =>
  namedEndpoint([variable, "AWS_ENDPOINT_URL"], environment) ?? awsServiceUrl(service, region);
