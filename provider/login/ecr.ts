/**
 * Amazon ECR: a password for twelve hours, in exchange for a request that is signed with AWS keys.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
 * @see https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/API_GetAuthorizationToken.html
 * @module
 */
import { z } from "zod";
import { jsonIn } from "../base/json.ts";
import { isConfidential } from "../base/confidential.ts";
import type { LixImageError } from "../base/errors.ts";
import { http } from "../http/request.ts";
import { AWS_TIMEOUTS } from "./aws/ask-aws.ts";
import { findAwsKeys } from "./aws/find-keys.ts";
import type { FoundAwsKeys } from "./aws/keys.ts";
import { signedHeaders } from "./aws/signed-headers.ts";
import type { Credentials } from "./credentials.ts";
import type { Environment } from "../base/environment.ts";
import { lixError } from "../errors/lix-error.ts";
import { bodyOf } from "../http/request-body.ts";

/** A host name of ECR: it says where to ask for the password. */
export interface EcrHost {
  /** ECR Public is a service of its own, with another form of answer. */
  readonly service: "ecr" | "ecr-public";
  readonly region: string;
  readonly endpoint: URL;
}

// 123456789012.dkr.ecr.eu-west-1.amazonaws.com, with -fips, in another partition, or dual-stack: the
// hosts of amazon-ecr-credential-helper's ecr-login/api/client.go.
const ECR =
  /^\d{12}\.dkr[.-]ecr(-fips)?\.([a-z0-9][a-z0-9-]*)\.(amazonaws\.(?:com(?:\.cn)?|eu)|on\.(?:aws|amazonwebservices\.com\.cn)|sc2s\.sgov\.gov|c2s\.ic\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)$/;
// The second one is dual-stack.
const PUBLIC = ["public.ecr.aws", "ecr-public.aws.com"];
const PUBLIC_REGION = "us-east-1";
// LocalStack and its like, which are meant only when an endpoint of their own is set.
const LOCAL_ECR = /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.localhost(?:\.localstack\.cloud)?(?::\d+)?$/;

export const EcrHost = {
  /** undefined for the host of another registry. */
  parse(host: string, environment: Environment): EcrHost | undefined {
    if (PUBLIC.includes(host)) {
      const variable = environment["AWS_ENDPOINT_URL_ECR_PUBLIC"];
      const domain = host === PUBLIC[0] ? "amazonaws.com" : "api.aws";
      const api = host === PUBLIC[0] ? "api.ecr-public" : "ecr-public";
      const usual = `https://${api}.${PUBLIC_REGION}.${domain}`;
      const endpoint = endpointOf(variable || environment["AWS_ENDPOINT_URL"] || usual);
      return { service: "ecr-public", region: PUBLIC_REGION, endpoint };
    }
    const override =
      environment["AWS_ENDPOINT_URL_ECR"] || environment["AWS_ENDPOINT_URL"] || undefined;
    const [, fips, region, domain = ""] = ECR.exec(host) ?? [];
    if (region !== undefined) {
      const endpoint = override ?? `https://${apiOf(region, domain, fips !== undefined)}`;
      return { service: "ecr", region, endpoint: endpointOf(endpoint) };
    }
    const local = LOCAL_ECR.exec(host)?.[1];
    if (local === undefined || override === undefined) return undefined;
    return { service: "ecr", region: local, endpoint: endpointOf(override) };
  },
};

/** @see https://docs.aws.amazon.com/general/latest/gr/ecr.html */
function apiOf(region: string, domain: string, fips: boolean): string {
  // Dual-stack registries have a dual-stack API.
  if (domain.startsWith("on."))
    return `${fips ? "ecr-fips" : "ecr"}.${region}.${domain.replace(/^on\./, "api.")}`;
  return `${fips ? "ecr-fips" : "api.ecr"}.${region}.${domain}`;
}

// Imitations of ECR send the expiry as text or not at all: then the password is used until it is refused.
const Token = z.object({
  authorizationToken: z.string(),
  expiresAt: z
    .preprocess((value) => value ?? undefined, z.coerce.number().optional())
    .catch(undefined),
});
type Token = z.output<typeof Token>;

const AuthorizationTokenResponse = z.object({
  authorizationData: z.union([z.array(Token).min(1), Token.transform((token) => [token])]),
});

const TARGET = {
  ecr: "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken",
  "ecr-public": "SpencerFrontendService.GetAuthorizationToken",
} as const;

/** undefined when this machine has no keys of AWS. */
export async function ecrCredentials(
  host: EcrHost,
  environment: Environment,
): Promise<Credentials | undefined> {
  const keys = await findAwsKeys(host.region, environment);
  if (keys === undefined) return undefined;
  const source = `the AWS credentials in ${keys.source}`;
  const token = await authorizationToken(host, keys, source);
  const decoded = Buffer.from(token.authorizationToken, "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  if (colon < 0) throw loginFailed(source, host, "no user and password");
  return {
    kind: "basic",
    username: decoded.slice(0, colon),
    password: decoded.slice(colon + 1),
    source,
    expiresAt: token.expiresAt === undefined ? undefined : token.expiresAt * 1000,
  };
}

async function authorizationToken(
  host: EcrHost,
  keys: FoundAwsKeys,
  source: string,
): Promise<Token> {
  const body = bodyOf("{}");
  const headers = signedHeaders(
    {
      method: "POST",
      url: host.endpoint,
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": TARGET[host.service],
      },
      body: Buffer.from("{}"),
      region: host.region,
      service: host.service,
    },
    keys,
    new Date(),
  );
  const label = `ECR login in ${host.region}`;
  const response = await http(host.endpoint, {
    ...AWS_TIMEOUTS,
    method: "POST",
    headers,
    body,
    retry: true,
    redirects: 0,
    label,
  });
  const text = await response.text();
  if (response.status !== 200) throw loginFailed(source, host, reason(response.status, text));
  const answer = AuthorizationTokenResponse.safeParse(jsonIn(text));
  const [token] = answer.data?.authorizationData ?? [];
  if (token === undefined) throw loginFailed(source, host, "an answer without a token");
  return token;
}

/** AWS's own name for what is wrong: ExpiredTokenException, AccessDeniedException, … */
function reason(status: number, text: string): string {
  const error = z.object({ __type: z.string() }).safeParse(jsonIn(text));
  const type = error.data?.__type.split("#").at(-1)?.slice(0, 80);
  return `HTTP status ${status}${type === undefined ? "" : ` (${type})`}`;
}

const loginFailed = (source: string, { region, service }: EcrHost, got: string): LixImageError =>
  lixError("ECR_LOGIN_FAILED", { source, region, service, got });

function endpointOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || !isConfidential(url))
    throw lixError("INVALID_ECR_ENDPOINT", {});
  return url;
}
