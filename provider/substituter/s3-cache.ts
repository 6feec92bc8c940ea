/**
 * A binary cache in a bucket of S3 or of a compatible service. Requests are signed where this machine has keys
 * that may go there (s3-url.ts), else the bucket must be public.
 * @module
 */
import { findAwsKeys } from "../login/aws/find-keys.ts";
import type { FoundAwsKeys } from "../login/aws/keys.ts";
import { profileKeys } from "../login/aws/profile-keys.ts";
import { signedHeaders } from "../login/aws/signed-headers.ts";
import type { Environment } from "../base/environment.ts";
import { lixError } from "../errors/lix-error.ts";
import type { CacheFiles } from "./binary-cache.ts";
import type { CacheAccess } from "./cache-access.ts";
import { httpCacheFiles, type HttpCacheOptions } from "./http-cache.ts";
import { parseS3Url, type S3Location } from "./s3-url.ts";

export interface S3Options extends Pick<HttpCacheOptions, "retryDelayMs"> {
  /** Default: the process's own. */
  readonly environment?: Environment | undefined;
}

export function s3CacheFiles(url: URL, options: S3Options = {}): CacheFiles {
  const environment = options.environment ?? process.env;
  const location = parseS3Url(url, environment);
  return httpCacheFiles(location.root, {
    retryDelayMs: options.retryDelayMs,
    name: location.name,
    access: s3Access(location, environment),
  });
}

const NOTHING = new Uint8Array(0);
// sha256 of no bytes.
const NOTHING_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

function s3Access(location: S3Location, environment: Environment): CacheAccess {
  const { region, profile, withheld } = location;
  const find = async (): Promise<FoundAwsKeys | undefined> => {
    if (withheld !== undefined) return undefined;
    if (profile === undefined) return findAwsKeys(region, environment);
    const keys = await profileKeys(profile, { region, environment });
    if (keys === undefined)
      throw lixError("NO_SUCH_AWS_PROFILE", { profile, cache: location.name });
    return keys;
  };
  let found: ReturnType<typeof find> | undefined;
  const refused = new Set<string>();
  return {
    refusal: (label) =>
      refused.has(label)
        ? lixError("S3_DENIED", {
            label,
            got: "AccessDenied, which S3 also answers for a missing file",
            hint: "with the permission s3:ListBucket, S3 tells the two apart",
          })
        : undefined,
    // A signature is for one host.
    redirects: false,
    async headers(url) {
      const keys = await (found ??= find());
      if (keys === undefined) return undefined;
      const headers = { "x-amz-content-sha256": NOTHING_SHA256 };
      const request = {
        method: "GET",
        url,
        headers,
        body: NOTHING,
        region,
        service: "s3",
      } as const;
      return signedHeaders(request, keys, new Date());
    },
    async judge(response, label) {
      const { status, headers } = response;
      const code = /<Code>(\w{1,80})<\/Code>/.exec(await response.text())?.[1];
      const elsewhere = headers["x-amz-bucket-region"];
      if (typeof elsewhere === "string" && elsewhere !== region)
        throw lixError("S3_DENIED", {
          label,
          got: code ?? status,
          hint: `write s3://…?region=${elsewhere}`,
        });
      if (status !== 403 && status !== 400) return undefined;
      // If the client may not list the bucket, S3 answers this for a missing file, too. nix-cache-info shows
      // which it is, because every cache has it.
      if (code === "AccessDenied" && !label.endsWith("/nix-cache-info")) {
        refused.add(label);
        return "missing";
      }
      const source = (await found)?.source;
      throw lixError("S3_DENIED", {
        label,
        got: code ?? status,
        hint:
          source === undefined
            ? (withheld ??
              "no AWS credentials were found, so it would have to be public: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE")
            : `the credentials are from ${source}; they need s3:GetObject`,
      });
    },
  };
}
