/**
 * Short-lived keys of AWS for programs that run there: for a container (ECS, EKS pod identity), a
 * machine (EC2, IMDSv2).
 * @module
 */
import type { Environment } from "../base/environment.ts";
import type { HttpRequest } from "../base/http.ts";
import { askAws, keysOf, parseJson, readTokenFile } from "./ask-aws.ts";
import type { FoundAwsKeys } from "./keys.ts";

// Away from EC2 nobody answers at this address, and then nobody may wait for it.
const METADATA = "http://169.254.169.254";
const METADATA_LIMIT_MS = 1000;
const CONTAINER_HOST = "http://169.254.170.2";

/** What ECS and EKS hand to a container by a local address. */
export async function containerRole(environment: Environment): Promise<FoundAwsKeys | undefined> {
  const relative = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];
  const full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"];
  if (!relative && !full) return undefined;
  const source = "AWS_CONTAINER_CREDENTIALS";
  const tokenFile = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];
  const token = tokenFile
    ? (await readTokenFile(tokenFile, source)).trim()
    : environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"];
  const url = relative ? new URL(relative, CONTAINER_HOST).href : (full ?? "");
  const text = await askAws(source, url, { headers: token ? { authorization: token } : {} });
  return keysOf(parseJson(text, source), source);
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
    const token = await askAws(source, new URL("/latest/api/token", base), {
      ...ttl,
      method: "PUT",
    });
    const headers = { "x-aws-ec2-metadata-token": token };
    const role = (await askAws(source, roles, request(headers))).trim();
    return keysOf(
      parseJson(await askAws(source, `${roles}${role}`, request(headers)), source),
      source,
    );
  } catch {
    // Nobody there: the usual case, on any machine that is not in EC2.
    return undefined;
  }
}
