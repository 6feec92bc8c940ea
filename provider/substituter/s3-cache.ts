/**
 * A binary cache in a bucket of S3 or its likes: `s3://bucket?region=…&endpoint=…&scheme=…&profile=…`,
 * as Nix spells it. Requests are signed where this machine has keys, else the bucket must be public.
 * @see https://nix.dev/manual/nix/latest/store/types/s3-binary-cache-store
 * @module
 */
import { findAwsKeys } from "../aws/credentials.ts";
import { awsDomain } from "../aws/domain.ts";
import type { FoundAwsKeys } from "../aws/keys.ts";
import { profileKeys } from "../aws/profile.ts";
import { signedHeaders } from "../aws/signature.ts";
import type { Environment } from "../base/environment.ts";
import { LixImageError } from "../base/errors.ts";
import type { CacheFiles } from "./binary-cache.ts";
import type { CacheAccess } from "./cache-access.ts";
import { httpCacheFiles, type HttpCacheOptions } from "./http-cache.ts";

export interface S3Options extends Pick<HttpCacheOptions, "retryDelayMs"> {
  /** Default: the process's own. */
  readonly environment?: Environment | undefined;
}

/** Where a bucket is. */
interface S3Location {
  /** `s3://bucket`, for messages. */
  readonly name: string;
  readonly root: URL;
  readonly region: string;
  readonly profile: string | undefined;
}

export function s3CacheFiles(url: URL, options: S3Options = {}): CacheFiles {
  const environment = options.environment ?? process.env;
  const location = locate(url, environment);
  return httpCacheFiles(location.root, {
    retryDelayMs: options.retryDelayMs,
    name: location.name,
    access: s3Access(location, environment),
  });
}

function locate(url: URL, environment: Environment): S3Location {
  const bucket = url.hostname;
  const prefix = url.pathname.replace(/^\/+|\/+$/g, "");
  const path = prefix === "" ? "" : `${prefix}/`;
  const setting = (name: string): string | undefined => url.searchParams.get(name) || undefined;
  // Nix's default, whatever the environment says: the lock should mean the same everywhere.
  const region = setting("region") ?? "us-east-1";
  const scheme = setting("scheme") ?? "https";
  const endpoint =
    setting("endpoint") || environment["AWS_ENDPOINT_URL_S3"] || environment["AWS_ENDPOINT_URL"];
  const domain = awsDomain(region);
  const base = endpoint
    ? `${endpoint.includes("://") ? "" : `${scheme}://`}${endpoint.replace(/\/+$/, "")}/${bucket}/`
    : // A certificate for *.s3.… does not cover a name with further dots.
      bucket.includes(".")
      ? `${scheme}://s3.${region}.${domain}/${bucket}/`
      : `${scheme}://${bucket}.s3.${region}.${domain}/`;
  const root = URL.parse(`${base}${path}`);
  if (bucket === "" || root === null || !/^https?:$/.test(root.protocol))
    throw new InvalidS3Url(bucket);
  return {
    name: `s3://${bucket}/${path}`.replace(/\/$/, ""),
    root,
    region,
    profile: setting("profile"),
  };
}

const NOTHING = new Uint8Array(0);
// sha256 of no bytes.
const NOTHING_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

function s3Access(location: S3Location, environment: Environment): CacheAccess {
  const { region, profile } = location;
  const find = async (): Promise<FoundAwsKeys | undefined> => {
    if (profile === undefined) return findAwsKeys(region, environment);
    const keys = await profileKeys(profile, { region, environment });
    if (keys === undefined) throw new NoSuchAwsProfile(profile, location.name);
    return keys;
  };
  let found: ReturnType<typeof find> | undefined;
  return {
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
        throw new S3Denied(label, code ?? status, `write s3://…?region=${elsewhere}`);
      if (status !== 403 && status !== 400) return undefined;
      // To those who may not list, S3 says so of what is not there. The one file that each cache has
      // tells that from keys that are good for nothing.
      if (code === "AccessDenied" && !label.endsWith("/nix-cache-info")) return "missing";
      const source = (await found)?.source;
      throw new S3Denied(
        label,
        code ?? status,
        source === undefined
          ? "no AWS credentials were found, so it would have to be public: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
          : `the credentials are from ${source}; they need s3:GetObject`,
      );
    },
  };
}

export class S3Denied extends LixImageError {
  readonly code = "S3_DENIED";
  constructor(label: string, got: string | number, hint: string) {
    super(`${label}: expected the file; got ${got}`, { hint });
  }
}

export class InvalidS3Url extends LixImageError {
  readonly code = "INVALID_S3_URL";
  constructor(bucket: string) {
    super(
      `cache s3://${bucket}: expected s3://bucket?region=…&endpoint=host:port&scheme=https; got something else`,
      {
        hint: "check `endpoint` and `scheme` in the lock's `caches`, and AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL",
      },
    );
  }
}

export class NoSuchAwsProfile extends LixImageError {
  readonly code = "NO_SUCH_AWS_PROFILE";
  constructor(profile: string, cache: string) {
    super(`${cache}: the AWS profile ${JSON.stringify(profile)} has no keys`, {
      hint: "add it to ~/.aws/credentials, or leave `profile` out to use what the environment has",
    });
  }
}
