/**
 * A bucket of S3 in this process that checks signatures on its own: by the rules of the
 * documentation, not by the code under test.
 * @module
 */
import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { listenOnLoopback } from "./loopback.ts";

export interface S3Server {
  /** `127.0.0.1:41234` */
  readonly endpoint: string;
  /** By `bucket/key`. */
  readonly files: Map<string, Uint8Array>;
  /** Whether anybody may read. */
  public: boolean;
  /** Paths that were asked for, each with whether it came signed. */
  readonly log: { readonly path: string; readonly signed: boolean }[];
  close(): Promise<void>;
}

export const S3_KEYS = { id: "AKIDTEST", secret: "a/secret+key", token: "a token" };

export async function startS3(region: string): Promise<S3Server> {
  const files = new Map<string, Uint8Array>();
  const log: { path: string; signed: boolean }[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? "/").slice(1));
    const signed = request.headers.authorization !== undefined;
    log.push({ path, signed });
    const refuse = (status: number, code: string, headers = {}): void =>
      void response.writeHead(status, headers).end(`<Error><Code>${code}</Code></Error>`);
    const problem = signed ? problemOf(request, region) : undefined;
    if (problem === "AuthorizationHeaderMalformed")
      return refuse(400, problem, { "x-amz-bucket-region": region });
    if (problem !== undefined) return refuse(403, problem);
    if (!signed && !started.public) return refuse(403, "AccessDenied");
    const file = files.get(path);
    // The answer to a user who may not list.
    if (file === undefined) return refuse(403, "AccessDenied");
    response.writeHead(200, { "content-length": file.length }).end(file);
  });
  const { url, close } = await listenOnLoopback(server);
  const started: S3Server = { endpoint: new URL(url).host, files, public: false, log, close };
  return started;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Uint8Array, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();

/** S3's code for what is wrong with a signed GET; undefined when nothing is. */
function problemOf(request: IncomingMessage, region: string): string | undefined {
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? "",
    );
  const [, id, day = "", inRegion, names = "", signature] = parts ?? [];
  if (id !== S3_KEYS.id) return "InvalidAccessKeyId";
  if (inRegion !== region) return "AuthorizationHeaderMalformed";
  const time = String(request.headers["x-amz-date"]);
  if (!time.startsWith(day) || Math.abs(Date.now() - dateOf(time)) > 900_000)
    return "RequestTimeTooSkewed";
  if (request.headers["x-amz-security-token"] !== S3_KEYS.token) return "InvalidToken";
  const payload = String(request.headers["x-amz-content-sha256"]);
  if (payload !== sha256("")) return "XAmzContentSHA256Mismatch";
  const signed = names.split(";");
  if (!["host", "x-amz-content-sha256", "x-amz-date"].every((name) => signed.includes(name)))
    return "SignatureDoesNotMatch";
  const canonical = [
    request.method,
    canonicalUri(request.url ?? ""),
    "",
    ...signed.map((name) => `${name}:${String(request.headers[name])}`),
    "",
    names,
    payload,
  ].join("\n");
  const toSign = [
    "AWS4-HMAC-SHA256",
    time,
    `${day}/${region}/s3/aws4_request`,
    sha256(canonical),
  ].join("\n");
  const key = hmac(hmac(hmac(hmac(`AWS4${S3_KEYS.secret}`, day), region), "s3"), "aws4_request");
  return hmac(key, toSign).toString("hex") === signature ? undefined : "SignatureDoesNotMatch";
}

/** Every byte but letters, digits, "-", ".", "_", "~" and the slashes. */
const canonicalUri = (path: string): string =>
  [...Buffer.from(decodeURIComponent(path))]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      const hex = byte.toString(16).toUpperCase().padStart(2, "0");
      return /[\w.~/-]/.test(char) ? char : `%${hex}`;
    })
    .join("");

const dateOf = (time: string): number =>
  Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
