/**
 * Signature version 4: how AWS wants requests signed.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * @module
 */
import { createHmac } from "node:crypto";
import { sha256Hex } from "../../base/sha256.ts";
import type { AwsKeys } from "./keys.ts";

export interface AwsRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  /** Names in lower case; all of them are signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly region: string;
  /** The service's signing name, such as "ecr". */
  readonly service: string;
}

/** The request's headers with those that prove who sends it. */
export function signedHeaders(
  request: AwsRequest,
  keys: AwsKeys,
  now: Date,
): Record<string, string> {
  // 20150830T123600Z
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const headers: Record<string, string> = {
    ...request.headers,
    host: request.url.host,
    "x-amz-date": time,
    ...(keys.sessionToken ? { "x-amz-security-token": keys.sessionToken } : {}),
  };
  const names = Object.keys(headers).sort();
  const canonicalRequest = [
    request.method,
    canonicalPath(request.url),
    canonicalQuery(request.url.searchParams),
    ...names.map((name) => `${name}:${(headers[name] ?? "").trim().replace(/ +/g, " ")}`),
    "",
    names.join(";"),
    sha256Hex(request.body),
  ].join("\n");
  const scope = [time.slice(0, 8), request.region, request.service, "aws4_request"];
  const toSign = ["AWS4-HMAC-SHA256", time, scope.join("/"), sha256Hex(canonicalRequest)].join(
    "\n",
  );
  const key = scope.reduce<string | Uint8Array>(hmac, `AWS4${keys.secretAccessKey}`);
  headers["authorization"] =
    `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope.join("/")}, ` +
    `SignedHeaders=${names.join(";")}, Signature=${Buffer.from(hmac(key, toSign)).toString("hex")}`;
  return headers;
}

// S3's rule. The other services encode twice, but have nothing to encode in our requests to them.
const canonicalPath = ({ pathname }: URL): string =>
  pathname
    .split("/")
    .map((step) => encode(decoded(step)))
    .join("/");

/** A narinfo may name `nar/%zz`, which is no encoding: S3 then refuses the signature, or has such a key. */
function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

function canonicalQuery(parameters: URLSearchParams): string {
  const pairs = [...parameters].map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return pairs.sort().join("&");
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const hmac = (key: string | Uint8Array, text: string): Uint8Array =>
  createHmac("sha256", key).update(text).digest();
