/**
 * `s3://bucket/prefix?region=…&endpoint=…&scheme=…&profile=…`, as Nix spells it. It comes from a lock,
 * which others may change. So it says only where a bucket is, and the environment decides whether keys may
 * go there.
 * @see https://nix.dev/manual/nix/latest/store/types/s3-binary-cache-store
 * @module
 */
import { awsServiceUrl, isS3OfAws } from "../login/aws/domain.ts";
import { isConfidential } from "../base/confidential.ts";
import type { Environment } from "../base/environment.ts";
import type { LixImageError } from "../base/errors.ts";
import { lixError } from "../errors/lix-error.ts";

/** Where a bucket is. */
export interface S3Location {
  /** `s3://bucket`, for messages. */
  readonly name: string;
  readonly root: URL;
  readonly region: string;
  /** Whose keys; undefined for those of the environment. */
  readonly profile: string | undefined;
  /** Why requests there go without keys, with what to do about it; undefined when they get some. */
  readonly withheld: string | undefined;
}

// Amazon's rule, and what it allowed until 2018. Nothing that ends a host's name, or a step of a path.
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/;
// Other vendors have regions such as "auto", "garage" and "nyc3". The region goes into the signature.
const REGION = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;
const ENDPOINT = /^(?:(https?):\/\/)?([A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?\/*$/;
const PROFILE = /^[^\p{Cc}]{1,128}$/u;

export function parseS3Url(url: URL, environment: Environment): S3Location {
  const bucket = url.hostname;
  const refuse = (what: string): LixImageError => lixError("INVALID_S3_URL", { bucket, got: what });
  if (!BUCKET.test(bucket) || url.port !== "" || url.username !== "" || url.password !== "")
    throw refuse("another host");
  const setting = (name: string, form: RegExp): string | undefined => {
    const text = url.searchParams.get(name) || undefined;
    if (text !== undefined && !form.test(text)) throw refuse(`another \`${name}\``);
    return text;
  };
  // Nix's default, whatever the environment says: the lock should mean the same everywhere.
  const region = setting("region", REGION) ?? "us-east-1";
  const scheme = setting("scheme", /^https?$/) ?? "https";
  const written = setting("endpoint", ENDPOINT);
  const named = endpointsOf(environment);
  const endpoint = written === undefined ? named.first : endpointUrl(written, scheme);
  if (endpoint === null) throw refuse("another `endpoint`");
  const root = endpoint === undefined ? ofAws(bucket, region, scheme) : new URL(endpoint);
  if (endpoint !== undefined) root.pathname = `${root.pathname.replace(/\/*$/, "")}/${bucket}/`;
  const prefix = url.pathname.replace(/^\/+|\/+$/g, "");
  if (prefix !== "") root.pathname += `${prefix}/`;
  const profile = setting("profile", PROFILE);
  return {
    name: `s3://${bucket}/${prefix}`.replace(/\/$/, ""),
    root,
    region,
    profile,
    withheld: withheld(
      { root, profile, isAws: endpoint === undefined },
      named.origins,
      environment,
    ),
  };
}

function ofAws(bucket: string, region: string, scheme: string): URL {
  // A certificate for *.s3.… covers neither a name with further dots nor one with capitals.
  const inHost = /^[a-z0-9-]+$/.test(bucket);
  const url = awsServiceUrl(inHost ? `${bucket}.s3` : "s3", region);
  url.protocol = scheme;
  if (!inHost) url.pathname = `/${bucket}/`;
  return url;
}

function endpointUrl(text: string, scheme: string): URL | null {
  return ENDPOINT.test(text)
    ? URL.parse(text.includes("://") ? text : `${scheme}://${text}`)
    : null;
}

/** Those that the environment names: only they, and AWS itself, get keys. */
function endpointsOf(environment: Environment): {
  readonly first: URL | null | undefined;
  readonly origins: ReadonlySet<string>;
} {
  const usual = environment["AWS_ENDPOINT_URL_S3"] || environment["AWS_ENDPOINT_URL"];
  const more = (environment[S3_ENDPOINTS] ?? "").split(/[\s,]+/).filter((each) => each !== "");
  const first = usual ? URL.parse(usual) : undefined;
  if (first !== undefined && (first === null || !/^https?:$/.test(first.protocol)))
    return { first: null, origins: new Set() };
  const urls = [first, ...more.map((each) => endpointUrl(each, "https"))];
  return { first, origins: new Set(urls.flatMap((url) => url?.origin ?? [])) };
}

const S3_ENDPOINTS = "LIX_IMAGE_S3_ENDPOINTS";
const PROFILES = "LIX_IMAGE_AWS_PROFILES";

function withheld(
  to: { readonly root: URL; readonly profile: string | undefined; readonly isAws: boolean },
  origins: ReadonlySet<string>,
  environment: Environment,
): string | undefined {
  if (!isConfidential(to.root)) return "keys of AWS are not sent by plain http: use https";
  if (!to.isAws && !origins.has(to.root.origin) && !isS3OfAws(to.root.host))
    return (
      `keys of AWS go to no endpoint that only a lock names: if you trust it, set ` +
      `AWS_ENDPOINT_URL_S3, or ${S3_ENDPOINTS}, to ${to.root.origin}`
    );
  const profiles = (environment[PROFILES] ?? "").split(/[\s,]+/);
  if (to.profile === undefined || [environment["AWS_PROFILE"], ...profiles].includes(to.profile))
    return undefined;
  return (
    `a lock does not choose whose keys are used: if you want its profile, set ` +
    `AWS_PROFILE or ${PROFILES} to ${JSON.stringify(to.profile)}`
  );
}
