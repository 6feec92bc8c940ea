/** A lock as text: the same content is always the same bytes. @module */
import { writeFile } from "node:fs/promises";
import { ByteString } from "../base/byte-string.ts";
import { withFile } from "../base/file-unusable.ts";
import { replaceFile } from "../base/place-file.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import type { Lock, LockedCache, LockedPackage, LockedPath, LockedSystem } from "./lock.ts";
import type { LockVersion } from "./lock-schema.ts";
import { PackageMetadata } from "./package-metadata.ts";

/**
 * Keys in the order of the documentation; systems, packages, paths, references, keys and signatures
 * sorted bytewise. Caches (priority) and outputs keep their order, URLs are written as they are.
 */
export function formatLock(lock: Lock): string {
  const file = {
    version: versionFor(lock),
    caches: lock.caches.map(formatCache),
    systems: sortedRecord(lock.systems, formatSystem),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** Format 1 where it can say everything, so that earlier releases can read the lock. */
function versionFor(lock: Lock): LockVersion {
  const packages = [...lock.systems.values()].flatMap((system) => [...system.packages.values()]);
  return packages.every(PackageMetadata.isEmpty) ? 1 : 2;
}

/** Replaces `file` in one step: a reader sees the complete old lock or the complete new one. */
export async function writeLock(file: string, text: string): Promise<void> {
  await withFile(file, () =>
    replaceFile(file, (temporary) => writeFile(temporary, text, { flag: "wx", flush: true })),
  );
}

const formatCache = (cache: LockedCache) => ({
  url: cache.url,
  trustedPublicKeys: sorted(cache.trustedPublicKeys),
});

const formatSystem = (system: LockedSystem) => ({
  nixpkgs: system.nixpkgs ?? null,
  packages: sortedRecord(system.packages, formatPackage),
  paths: sortedRecord(
    new Map([...system.paths].map(([path, locked]) => [StorePath.baseName(path), locked])),
    formatPath,
  ),
});

// JSON.stringify leaves out what is undefined.
const formatPackage = (locked: LockedPackage) => ({
  name: locked.name,
  version: locked.version,
  outputs: record(locked.outputs),
  defaultOutput: locked.defaultOutput,
  outputsToInstall: locked.outputsToInstall,
  priority: locked.priority,
  outputSpecified: locked.outputSpecified ? true : undefined,
  license: locked.license,
  identifiers: formatIdentifiers(locked.identifiers),
  homepage: locked.homepage,
});

const formatIdentifiers = (identifiers: PackageMetadata["identifiers"]) =>
  identifiers === undefined || PackageMetadata.isEmpty({ identifiers })
    ? undefined
    : {
        purl: identifiers.purl,
        cpe: identifiers.cpe,
        possibleCPEs: identifiers.possibleCPEs,
      };

const formatPath = (path: LockedPath) => ({
  narHash: path.narHash,
  narSize: path.narSize,
  references: sorted(path.references.map(StorePath.baseName)),
  signatures: sorted(path.signatures),
  deriver: path.deriver,
  ca: path.ca,
  downloadSize: path.downloadSize,
  fetch: path.fetch === undefined ? undefined : { tarball: path.fetch.tarball },
});

function sortedRecord<T, R>(map: ReadonlyMap<string, T>, format: (value: T) => R) {
  const entries = [...map].sort(([a], [b]) => ByteString.compare(a, b));
  return record(new Map(entries.map(([key, value]) => [key, format(value)])));
}

/** Keys in the map's order. Without a prototype, so that any key is only a key. */
function record<T>(map: ReadonlyMap<string, T>): Record<string, T> {
  const out: Record<string, T> = Object.create(null);
  for (const [key, value] of map) out[key] = value;
  return out;
}

/** Without repetitions; ASCII throughout, so UTF-16 order is byte order. */
const sorted = (texts: readonly string[]): string[] => [...new Set(texts)].sort(ByteString.compare);
