/**
 * Short-lived keys of AWS for programs that run there: for a container (ECS, EKS pod identity), a
 * machine (EC2, IMDSv2).
 * @module
 */
import { isConfidential } from "../../base/confidential.ts";
import type { Environment } from "../../base/environment.ts";
import type { HttpRequest } from "../../http/request.ts";
import { Secrets } from "../../base/secrets.ts";
import { TIME_LIMIT } from "../../base/retry-policy.ts";
import { lixError } from "../../errors/lix-error.ts";
import { askAws, keysOf, parseJson, readTokenFile } from "./ask-aws.ts";
import type { FoundAwsKeys } from "./keys.ts";

const METADATA = "http://169.254.169.254";
const CONTAINER_HOST = "http://169.254.170.2";
// Those of ECS, EKS, and EKS by IPv6: plain http, but no other machine can reach them.
const CONTAINER_HOSTS = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];
const METADATA_HOSTS = ["169.254.169.254", "[fd00:ec2::254]"];

/** The keys that ECS and EKS give to a container at a local address. */
export async function containerRole(environment: Environment): Promise<FoundAwsKeys | undefined> {
  const relative = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];
  const full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"];
  if (!relative && !full) return undefined;
  const source = "AWS_CONTAINER_CREDENTIALS";
  const url = relative
    ? ownAddress("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", `${CONTAINER_HOST}${relative}`, [
        new URL(CONTAINER_HOST).hostname,
      ])
    : ownAddress("AWS_CONTAINER_CREDENTIALS_FULL_URI", full ?? "", CONTAINER_HOSTS);
  const tokenFile = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];
  const token = tokenFile
    ? (await readTokenFile(tokenFile, source)).trim()
    : environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"];
  Secrets.remember(token);
  const text = await askAws(source, url, { headers: token ? { authorization: token } : {} });
  return keysOf(parseJson(text, source), source);
}

/** IMDSv2. undefined when this machine is not one of EC2, or has no role. */
export async function machineRole(environment: Environment): Promise<FoundAwsKeys | undefined> {
  if (environment["AWS_EC2_METADATA_DISABLED"]?.toLowerCase() === "true") return undefined;
  const source = "the EC2 instance's role";
  const variable = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
  const base = ownAddress(variable, environment[variable] || METADATA, METADATA_HOSTS);
  const request = (headers: Record<string, string>): HttpRequest => ({
    headers,
    retry: false,
    signal: AbortSignal.timeout(TIME_LIMIT.metadata.ms),
  });
  const roles = `${base.href.replace(/\/$/, "")}/latest/meta-data/iam/security-credentials/`;
  try {
    const ttl = request({ "x-aws-ec2-metadata-token-ttl-seconds": "300" });
    const token = await askAws(source, new URL("/latest/api/token", base), {
      ...ttl,
      method: "PUT",
    });
    const headers = { "x-aws-ec2-metadata-token": token };
    const [role = ""] = (await askAws(source, roles, request(headers))).trim().split("\n");
    return keysOf(
      parseJson(
        await askAws(source, `${roles}${encodeURIComponent(role)}`, request(headers)),
        source,
      ),
      source,
    );
  } catch {
    // Nothing answers there: the usual case, on every machine outside EC2.
    return undefined;
  }
}

/**
 * The addresses from which keys may be requested with a token: https, or http on this machine and at the
 * addresses of its cloud, as in AWS's own tools.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
function ownAddress(variable: string, text: string, hosts: readonly string[]): URL {
  const url = URL.parse(text);
  const isHttp = url?.protocol === "http:" || url?.protocol === "https:";
  if (url === null || !isHttp || url.username !== "" || url.password !== "")
    throw lixError("INVALID_AWS_ENDPOINT", { variable, got: "something else" });
  if (isConfidential(url) || hosts.includes(url.hostname)) return url;
  throw lixError("INVALID_AWS_ENDPOINT", { variable, got: "one by plain http" });
}
