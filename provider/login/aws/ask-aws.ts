/**
 * Requests to the services of AWS that hand out keys.
 * @module
 */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { http, type HttpRequest } from "../../http/request.ts";
import { Secrets } from "../../base/secrets.ts";
import { TIME_LIMIT } from "../../base/retry-policy.ts";
import { lixError } from "../../errors/lix-error.ts";
import { remembered, type FoundAwsKeys } from "./keys.ts";

const Keys = z.object({
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  Token: z.string(),
});

/**
 * For one request to an API or to the machine's metadata service: they answer in less than a second, or not at
 * all.
 */
export const AWS_TIMEOUTS = {
  limitMs: TIME_LIMIT.awsRequest.ms,
  responseLimitMs: TIME_LIMIT.awsResponse.ms,
};

/**
 * The text of a 200; any other answer is thrown with AWS's own name for it. No service of AWS redirects, and
 * the credentials of the request are for that service alone, so redirects are not followed.
 */
export async function askAws(
  source: string,
  url: string | URL,
  request: HttpRequest,
): Promise<string> {
  const response = await http(url, { ...AWS_TIMEOUTS, ...request, redirects: 0, label: source });
  const text = await response.text();
  if (response.status === 200) return text;
  const code =
    /<Code>(\w{1,80})<\/Code>/.exec(text)?.[1] ??
    /"(?:__type|error)"\s*:\s*"(?:[\w.]*#)?(\w{1,80})"/.exec(text)?.[1];
  const got = `HTTP status ${response.status}${code ? ` (${code})` : ""}`;
  throw lixError("AWS_ROLE_FAILED", { source, got });
}

export function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No cause: it would quote the text, which may hold keys.
    throw lixError("AWS_ROLE_FAILED", { source, got: "an answer that is not JSON" });
  }
}

export function keysOf(answer: unknown, source: string): FoundAwsKeys {
  const parsed = Keys.safeParse(answer);
  if (!parsed.success) throw lixError("AWS_ROLE_FAILED", { source, got: "an answer without keys" });
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token } = parsed.data;
  return remembered({ accessKeyId, secretAccessKey, sessionToken: Token, source });
}

/** A token that a cluster or CI wrote to a file. */
export async function readTokenFile(file: string, source: string): Promise<string> {
  const token = await readFile(file, "utf8").catch((cause: unknown) => {
    throw lixError("AWS_ROLE_FAILED", { source, got: `${file} cannot be read` }, { cause });
  });
  Secrets.remember(token);
  return token;
}
