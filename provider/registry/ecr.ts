/**
 * Amazon ECR: a password for twelve hours, for whoever can sign a request to AWS.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
 * @module
 */
import { z } from "zod";
import { LixImageError } from "../base/errors.ts";
import { http } from "../base/http.ts";
import { findAwsKeys } from "../aws/credentials.ts";
import type { FoundAwsKeys } from "../aws/keys.ts";
import { signedHeaders } from "../aws/signature.ts";
import type { Credentials } from "./credentials.ts";
import type { Environment } from "../base/environment.ts";
import { bodyOf } from "../base/request-body.ts";

/** A host name of ECR: it says where to ask for the password. */
export interface EcrHost {
  readonly region: string;
  readonly endpoint: URL;
}

// 123456789012.dkr.ecr.eu-west-1.amazonaws.com, with -fips, in China, or dual-stack.
const ECR = /^\d{12}\.dkr[.-]ecr(-fips)?\.([a-z0-9-]+)\.(amazonaws\.com(?:\.cn)?|on\.aws)$/;
// LocalStack and its like, which are meant only when an endpoint of their own is set.
const LOCAL_ECR = /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.localhost(?:\.localstack\.cloud)?(?::\d+)?$/;

export const EcrHost = {
  /** undefined for the host of another registry. */
  parse(host: string, environment: Environment): EcrHost | undefined {
    const override =
      environment["AWS_ENDPOINT_URL_ECR"] || environment["AWS_ENDPOINT_URL"] || undefined;
    const [, fips, region, domain] = ECR.exec(host) ?? [];
    if (region !== undefined) {
      const suffix = domain === "amazonaws.com.cn" ? ".cn" : "";
      const api = fips === undefined ? "api.ecr" : "ecr-fips";
      const endpoint = override ?? `https://${api}.${region}.amazonaws.com${suffix}`;
      return { region, endpoint: endpointOf(endpoint) };
    }
    const local = LOCAL_ECR.exec(host)?.[1];
    if (local === undefined || override === undefined) return undefined;
    return { region: local, endpoint: endpointOf(override) };
  },
};

const Answer = z.object({
  authorizationData: z
    .array(z.object({ authorizationToken: z.string(), expiresAt: z.number() }))
    .min(1),
});

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
  if (colon < 0) throw new EcrLoginFailed(source, host, "no user and password");
  return {
    kind: "basic",
    username: decoded.slice(0, colon),
    password: decoded.slice(colon + 1),
    source,
    expiresAt: token.expiresAt * 1000,
  };
}

async function authorizationToken(
  host: EcrHost,
  keys: FoundAwsKeys,
  source: string,
): Promise<z.output<typeof Answer>["authorizationData"][number]> {
  const body = bodyOf("{}");
  const headers = signedHeaders(
    {
      method: "POST",
      url: host.endpoint,
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken",
      },
      body: Buffer.from("{}"),
      region: host.region,
      service: "ecr",
    },
    keys,
    new Date(),
  );
  const label = `ECR login in ${host.region}`;
  const response = await http(host.endpoint, { method: "POST", headers, body, retry: true, label });
  const text = await response.text();
  if (response.status !== 200)
    throw new EcrLoginFailed(source, host, reason(response.status, text));
  const answer = Answer.safeParse(parsed(text));
  const [token] = answer.data?.authorizationData ?? [];
  if (token === undefined) throw new EcrLoginFailed(source, host, "an answer without a token");
  return token;
}

/** AWS's own name for what is wrong: ExpiredTokenException, AccessDeniedException, … */
function reason(status: number, text: string): string {
  const error = z.object({ __type: z.string() }).safeParse(parsed(text));
  const type = error.data?.__type.split("#").at(-1)?.slice(0, 80);
  return `HTTP status ${status}${type === undefined ? "" : ` (${type})`}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function endpointOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) throw new InvalidEcrEndpoint();
  return url;
}

export class EcrLoginFailed extends LixImageError {
  readonly code = "ECR_LOGIN_FAILED";
  constructor(source: string, host: EcrHost, got: string) {
    super(`ECR login in ${host.region} with ${source}: expected a token; got ${got}`, {
      hint: "the keys need the permission ecr:GetAuthorizationToken, and temporary ones expire",
    });
  }
}

export class InvalidEcrEndpoint extends LixImageError {
  readonly code = "INVALID_ECR_ENDPOINT";
  constructor() {
    super("AWS_ENDPOINT_URL_ECR or AWS_ENDPOINT_URL: expected an http or https URL; got another");
  }
}
