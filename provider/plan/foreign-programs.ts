/**
 * The parts of a lock that let programs run which Nix did not build: glibc's loader, libstdc++ and nix-ld.
 * @module
 */
import { lixError } from "../errors/lix-error.ts";
import { closureOf } from "../formats/nix/closure.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import type { Platform } from "../formats/oci/descriptor.ts";
import { LOADERS, type ForeignPrograms } from "../formats/rootfs/compat-files.ts";
import type { LockedSystem } from "../lock/lock.ts";
import { InvalidArgument } from "./invalid-argument.ts";
import { lockedOutPath, type PackageSet } from "./packages.ts";

export interface CompatImage {
  readonly system: LockedSystem;
  readonly platform: Platform;
  readonly packages: PackageSet;
}

/** @param argument the one that needs them, for messages. */
export function foreignPrograms(
  { system, platform, packages }: CompatImage,
  argument: string,
): ForeignPrograms {
  const loaderPath = LOADERS.get(platform.architecture);
  if (loaderPath === undefined)
    throw InvalidArgument.expected(
      argument,
      "a system for which others build programs, such as x86_64-linux",
      system.system,
    );
  const nixLd = system.packages.has("nix-ld")
    ? lockedOutPath(system, "nix-ld", argument)
    : undefined;
  const references = (path: StorePath): readonly StorePath[] =>
    system.paths.get(path)?.references ?? [];
  const roots = packages.profile.flatMap((each) => [each.outPath, each.out, ...each.install]);
  const present = named(closureOf(roots, references), /^gcc-\d[\d.]*-lib$/);
  if (present.length > 1 && nixLd === undefined)
    throw lixError("SEVERAL_LIBSTDCXX", { argument, paths: present });
  const gccLib = present.at(-1) ?? lockedOutPath(system, "gcc-unwrapped.lib", argument);
  // The libc that it was built for: an older one lacks symbols.
  const glibc = named(references(gccLib), /^glibc-\d[\d.]*(-\d+)?$/).at(-1);
  return {
    loaderPath,
    glibc: glibc ?? lockedOutPath(system, "glibc.out", argument),
    gccLib,
    nixLd,
  };
}

/** Those whose name matches, by version, the newest last. */
export const named = (paths: Iterable<StorePath>, pattern: RegExp): readonly StorePath[] =>
  [...paths]
    .filter((path) => pattern.test(StorePath.name(path)))
    .sort((a, b) => VERSIONS.compare(StorePath.name(a), StorePath.name(b)));

const VERSIONS = new Intl.Collator("en", { numeric: true });
