/**
 * The lock as it is in the file: shapes and spellings. consistency.ts checks that its parts agree, and
 * verify-lock.ts checks the signatures.
 * @module
 */
import { z } from "zod";
import { NarHash } from "../formats/nix/nix-hash.ts";
import { PublicKey } from "../formats/nix/signature.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import { LocalStoreUrl } from "../substituter/local-store-url.ts";
import { checkCommittedUrl } from "./committed-url.ts";
import { PackageMetadata, POSSIBLE_CPES_LIMIT } from "./package-metadata.ts";

/** Format 2 adds {@link PackageMetadata} to packages. Both are read. */
export const LOCK_VERSIONS = [1, 2] as const;
export type LockVersion = (typeof LOCK_VERSIONS)[number];

// A name goes into manifest.nix between quotes; Nix allows no others in a store path either.
const NAME = /^[0-9A-Za-z+\-._?=]{1,211}$/;
// JSON objects do not keep the order of keys that look like numbers, and the order of outputs matters.
const OUTPUT = /^[A-Za-z_+\-.?=][0-9A-Za-z_+\-.?=]*$/;
const SIGNATURE = /^[^:\s]+:\S+$/;
const SYSTEM = /^[a-z0-9_]+-[a-z0-9]+$/;

/** Parses text by one of our own parsers, whose message becomes the issue. */
const text = <T>(parse: (text: string) => T) =>
  z.string().transform((value, context): T => {
    try {
      return parse(value);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      context.issues.push({ code: "custom", message, input: value });
      return z.NEVER;
    }
  });

const storePath = text(StorePath.parse);
const baseName = text(StorePath.fromBaseName);
const size = z.int().min(1);

const cache = z.strictObject({
  url: text(checkCacheUrl),
  trustedPublicKeys: z.array(
    text((key) => {
      PublicKey.parse(key);
      return key;
    }),
  ),
});

const lockedPackage = z.strictObject({
  name: z.string().regex(NAME, "not a package name"),
  version: z.string().optional(),
  outputs: z.record(z.string().regex(OUTPUT, "not the name of an output"), storePath),
  defaultOutput: z.string(),
  outputsToInstall: z.array(z.string()),
  priority: z.int(),
  outputSpecified: z.boolean().default(false),
});

const packageWithMetadata = lockedPackage.extend({
  license: text(PackageMetadata.checkLicense).optional(),
  identifiers: z
    .strictObject({
      purl: text(PackageMetadata.checkPurl).optional(),
      cpe: text(PackageMetadata.checkCpe).optional(),
      possibleCPEs: z
        .array(text(PackageMetadata.checkCpe))
        .min(1)
        .max(POSSIBLE_CPES_LIMIT)
        .optional(),
    })
    .optional(),
  homepage: text(PackageMetadata.checkHomepage).optional(),
});

const lockedPath = z.strictObject({
  narHash: text((spelling) => NarHash.parse(spelling)),
  // Every field of a NAR is padded to eight bytes.
  narSize: size.multipleOf(8),
  references: z.array(baseName),
  signatures: z.array(z.string().regex(SIGNATURE, "not a signature: expected name:base64")),
  deriver: text(checkDeriver).optional(),
  ca: z.string().min(1).optional(),
  downloadSize: size.optional(),
  fetch: z
    .strictObject({
      tarball: z.url({ protocol: /^(?:https?|file)$/ }).pipe(text(checkCommittedUrl)),
    })
    .optional(),
});

const fileOf = <Version extends LockVersion, Package extends z.ZodType>(
  version: Version,
  locked: Package,
) =>
  z.strictObject({
    version: z.literal(version),
    caches: z.array(cache),
    systems: z.record(
      z.string().regex(SYSTEM, "not a Nix system"),
      z.strictObject({
        nixpkgs: storePath.nullable(),
        packages: z.record(z.string().min(1), locked),
        paths: z.record(
          z.string().refine((base) => StorePath.is(`/nix/store/${base}`), "not <hash>-<name>"),
          lockedPath,
        ),
      }),
    ),
  });

/** Of the newest format. */
export const LockFile = fileOf(2, packageWithMetadata);
export type LockFile = z.output<(typeof LOCK_FILES)[LockVersion]>;

export const LOCK_FILES = { 1: fileOf(1, lockedPackage), 2: LockFile };

/** Two letters or more, so that a drive letter is a path; or a store of this machine. */
export const hasScheme = (url: string): boolean =>
  /^[A-Za-z][A-Za-z0-9+.-]+:/.test(url) || LocalStoreUrl.is(url);

/** Passes a cache's URL or relative path through. Never shows it: it may hold a password. */
export function checkCacheUrl(url: string): string {
  if (url === "")
    throw new RangeError("expected a URL or a path relative to the lock; got nothing");
  // No path can contain this, in any spelling.
  if (/\0|%00/.test(url)) throw new RangeError("expected no NUL in it");
  // 127.0.0.1:5000, cache.lan:8080/x, [::1]:5000
  if (/^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}(?:\/|$)/.test(url))
    throw new RangeError(
      `a host and port is neither a URL nor a folder: write http://${url}, or https://${url}`,
    );
  checkCommittedUrl(url);
  if (!hasScheme(url) || LocalStoreUrl.parse(url) !== undefined) return url;
  const parsed = URL.parse(url);
  if (parsed === null || !["http:", "https:", "file:", "s3:"].includes(parsed.protocol))
    throw new RangeError(
      "expected http://, https://, file://, s3://, local or a path relative to the lock",
    );
  return url;
}

function checkDeriver(base: string): string {
  StorePath.fromBaseName(base);
  if (!base.endsWith(".drv")) throw new RangeError(`expected <hash>-<name>.drv; got ${base}`);
  return base;
}
