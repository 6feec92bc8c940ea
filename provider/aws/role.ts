/**
 * Short-lived keys of AWS for programs that run there: for a pod (IRSA), a container (ECS, EKS pod
 * identity), a machine (EC2, IMDSv2).
 * @module
 */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { LixImageError } from "../base/errors.ts";
import { http, type HttpRequest } from "../base/http.ts";
import type { FoundAwsKeys } from "./keys.ts";
import type { Environment } from "../base/environment.ts";
import { bodyOf } from "../base/request-body.ts";

// Away from EC2 nobody answers at this address, and then nobody may wait for it.
const METADATA = "http://169.254.169.254";
const METADATA_LIMIT_MS = 1000;
const CONTAINER_HOST = "http://169.254.170.2";

const Keys = z.object({ AccessKeyId: z.string(), SecretAccessKey: z.string(), Token: z.string() });

/** AssumeRoleWithWebIdentity: the token a cluster or CI wrote to a file, for keys. */
export async function webIdentity(
  region: string,
  environment: Environment,
): Promise<FoundAwsKeys | undefined> {
  const file = environment["AWS_WEB_IDENTITY_TOKEN_FILE"];
  const role = environment["AWS_ROLE_ARN"];
  if (!file || !role) return undefined;
  const source = "AWS_WEB_IDENTITY_TOKEN_FILE";
  const token = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new AwsRoleFailed(source, `${file} cannot be read`, cause);
  });
  const suffix = region.startsWith("cn-") ? ".cn" : "";
  const endpoint =
    environment["AWS_ENDPOINT_URL_STS"] ||
    environment["AWS_ENDPOINT_URL"] ||
    `https://sts.${region}.amazonaws.com${suffix}`;
  const form = new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: role,
    RoleSessionName: environment["AWS_ROLE_SESSION_NAME"] || "pulumi-lix",
    WebIdentityToken: token.trim(),
  });
  const answer = await ask(source, endpoint, {
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

/** What ECS and EKS hand to a container by a local address. */
export async function containerRole(environment: Environment): Promise<FoundAwsKeys | undefined> {
  const relative = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];
  const full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"];
  if (!relative && !full) return undefined;
  const source = "AWS_CONTAINER_CREDENTIALS";
  const tokenFile = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];
  const token = tokenFile
    ? (await readFile(tokenFile, "utf8")).trim()
    : environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"];
  const url = relative ? new URL(relative, CONTAINER_HOST).href : (full ?? "");
  const text = await ask(source, url, { headers: token ? { authorization: token } : {} });
  return keysOf(parse(text, source), source);
}

/** IMDSv2. undefined when this machine is not one of EC2, or has no role. */
export async function machineRole(environment: Environment): Promise<FoundAwsKeys | undefined> {
  if (environment["AWS_EC2_METADATA_DISABLED"]?.toLowerCase() === "true") return undefined;
  const source = "the EC2 instance's role";
  const base = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] || METADATA;
  const request = (headers: Record<string, string>): HttpRequest => ({
    headers,
    retry: false,
    signal: AbortSignal.timeout(METADATA_LIMIT_MS),
  });
  const roles = `${base.replace(/\/$/, "")}/latest/meta-data/iam/security-credentials/`;
  try {
    const ttl = request({ "x-aws-ec2-metadata-token-ttl-seconds": "300" });
    const token = await ask(source, new URL("/latest/api/token", base), { ...ttl, method: "PUT" });
    const headers = { "x-aws-ec2-metadata-token": token };
    const role = (await ask(source, roles, request(headers))).trim();
    return keysOf(parse(await ask(source, `${roles}${role}`, request(headers)), source), source);
  } catch {
    // Nobody there: the usual case, on any machine that is not in EC2.
    return undefined;
  }
}

async function ask(source: string, url: string | URL, request: HttpRequest): Promise<string> {
  const response = await http(url, { ...request, label: source });
  const text = await response.text();
  if (response.status === 200) return text;
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
  throw new AwsRoleFailed(source, `HTTP status ${response.status}${code ? ` (${code})` : ""}`);
}

function parse(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No cause: it would quote the text, which may hold keys.
    throw new AwsRoleFailed(source, "an answer that is not JSON");
  }
}

function keysOf(answer: unknown, source: string): FoundAwsKeys {
  const parsed = Keys.safeParse(answer);
  if (!parsed.success || parsed.data.AccessKeyId === "")
    throw new AwsRoleFailed(source, "an answer without keys");
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token } = parsed.data;
  return { accessKeyId, secretAccessKey, sessionToken: Token, source };
}

export class AwsRoleFailed extends LixImageError {
  readonly code = "AWS_ROLE_FAILED";
  constructor(source: string, got: string, cause?: unknown) {
    super(`${source}: expected keys of AWS; got ${got}`, {
      hint: "check the role and its trust policy, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
      cause,
    });
  }
}
