/**
 * Whether an image is what `allowedSigners` and `allowedLicenses` allow. What is generated here has no signer and no
 * license: it is neither in the lock nor judged.
 * @module
 */
import type { Spec } from "../arguments/spec.ts";
import { throwAll, type LixImageError } from "../base/errors.ts";
import { lixError } from "../errors/lix-error.ts";
import { closureOf } from "../formats/nix/closure.ts";
import { LicenseExpression } from "../formats/nix/license-expression.ts";
import { isSignedBy, PublicKey } from "../formats/nix/signature.ts";
import type { StorePath } from "../formats/nix/store-path.ts";
import type { Lock, LockedPath } from "../lock/lock.ts";
import type { PlatformInput } from "../plan/platform-input.ts";

/** One system's image. */
interface Judged {
  readonly lock: Lock;
  readonly input: PlatformInput;
  /** The image's; those that the lock does not have are generated. */
  readonly paths: Iterable<StorePath>;
}

/** Throws every violation. */
export function requireAllowed(
  { policy, lockFile }: Pick<Spec, "policy" | "lockFile">,
  { lock, input, paths }: Judged,
): void {
  const { allowedLicenses, allowedSigners } = policy;
  const inImage = new Set(paths);
  throwAll([
    ...(allowedLicenses === undefined
      ? []
      : licenseErrors(allowedLicenses, { lock: lockFile, input, inImage })),
    ...(allowedSigners === undefined
      ? []
      : signerErrors(allowedKeys(allowedSigners, lock), input, inImage)),
  ]);
}

/** The store paths that are certainly in the image, before its files are planned. */
export function packagePaths({
  system,
  packages,
  nixpkgs,
  flakeRegistry,
}: PlatformInput): StorePath[] {
  const roots = [
    ...packages.profile.flatMap(({ outPath, install }) => [outPath, ...install]),
    ...[packages.bashInteractive, packages.shadow, packages.coreutils],
    ...(nixpkgs === undefined ? [] : [nixpkgs]),
    ...(flakeRegistry?.kind === "locked" ? [flakeRegistry.storePath] : []),
  ];
  return closureOf(roots, (path) => system.paths.get(path)?.references ?? []);
}

function licenseErrors(
  allowedLicenses: readonly string[],
  {
    lock,
    input,
    inImage,
  }: {
    readonly lock: string;
    readonly input: PlatformInput;
    readonly inImage: ReadonlySet<StorePath>;
  },
): LixImageError[] {
  const { system } = input.system;
  // SPDX identifiers do not depend on case.
  const allowed = new Set(allowedLicenses.map((each) => canonical(each).toLowerCase()));
  const unknown: string[] = [];
  const forbidden: string[] = [];
  for (const [name, license] of licenses(input, inImage)) {
    if (license === undefined) unknown.push(name);
    else if (!isSatisfied(license, allowed)) forbidden.push(`${name}: ${license}`);
  }
  return [
    ...(unknown.length === 0
      ? []
      : [lixError("LICENSE_NOT_LOCKED", { lock, system, violations: unknown })]),
    ...(forbidden.length === 0
      ? []
      : [lixError("LICENSE_NOT_ALLOWED", { system, violations: forbidden })]),
  ];
}

const canonical = (license: string): string =>
  LicenseExpression.format(LicenseExpression.parse(license));

const isSatisfied = (license: string, allowed: ReadonlySet<string>): boolean =>
  LicenseExpression.isSatisfied(LicenseExpression.parse(license), (each) =>
    allowed.has(each.toLowerCase()),
  );

/** The license of each package that has an output in the image, and of each other store path in `extraPkgs`. */
function licenses(
  { system, packages }: PlatformInput,
  inImage: ReadonlySet<StorePath>,
): [name: string, license: string | undefined][] {
  const locked = [...system.packages.values()];
  const outputs = new Set(locked.flatMap((each) => [...each.outputs.values()]));
  return [
    ...locked
      .filter((each) => [...each.outputs.values()].some((path) => inImage.has(path)))
      .map((each): [string, string | undefined] => [each.attribute, each.license]),
    ...packages.profile
      .filter(({ outPath }) => !outputs.has(outPath))
      .map(({ outPath }): [string, undefined] => [outPath, undefined]),
  ];
}

function signerErrors(
  keys: readonly PublicKey[],
  { system, nixpkgs, flakeRegistry }: PlatformInput,
  inImage: ReadonlySet<StorePath>,
): LixImageError[] {
  // Sources hold nothing that runs by itself, and their names follow from their contents. Any content-addressed path
  // could take the place of a package, so the paths of packages must be signed all the same.
  const sources = [nixpkgs, flakeRegistry?.kind === "locked" ? flakeRegistry.storePath : undefined];
  const violations = [...system.paths.values()]
    .filter(({ storePath }) => inImage.has(storePath))
    .filter(({ storePath, ca }) => ca === undefined || !sources.includes(storePath))
    .filter((path) => !isSignedBy(path, keys))
    .map((path) => `${path.storePath}: ${signersOf(path)}`);
  return violations.length === 0
    ? []
    : [lixError("SIGNER_NOT_ALLOWED", { system: system.system, violations })];
}

function allowedKeys(allowedSigners: readonly string[], lock: Lock): PublicKey[] {
  const known = lock.caches.flatMap(({ trustedPublicKeys }) => trustedPublicKeys);
  const named = known.filter((key) => allowedSigners.includes(key.slice(0, key.indexOf(":"))));
  const full = allowedSigners.filter((signer) => signer.includes(":"));
  return [...new Set([...named, ...full])].map((key) => PublicKey.parse(key));
}

function signersOf({ signatures, ca }: LockedPath): string {
  const names = signatures.map((signature) => signature.split(":", 1)[0] ?? "");
  if (names.length > 0) return `signed by ${names.join(", ")}`;
  return ca === undefined ? "not signed" : "not signed, only content-addressed";
}
