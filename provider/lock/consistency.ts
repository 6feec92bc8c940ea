/** What the parts of one system's lock must agree on. @module */
import { StorePath } from "../formats/nix/store-path.ts";
import { Location } from "./location.ts";
import type { LockedPackage, LockedSystem } from "./lock.ts";

/** Every contradiction, each with its place; none for a sound lock. */
export function* inconsistencies(system: LockedSystem): Generator<string> {
  const at = (...steps: Location): string => Location.format(["systems", system.system, ...steps]);
  if (system.nixpkgs !== undefined && !system.paths.has(system.nixpkgs))
    yield `${at("nixpkgs")}: ${system.nixpkgs} is not in paths`;
  for (const locked of system.packages.values())
    for (const mistake of packageMistakes(locked, system))
      yield `${at("packages", locked.attribute)}: ${mistake}`;
  for (const path of system.paths.values()) {
    const here = at("paths", StorePath.baseName(path.storePath));
    const missing = path.references.filter((reference) => !system.paths.has(reference));
    for (const reference of missing)
      yield `${here}.references: ${StorePath.baseName(reference)} is not in paths`;
    if (path.fetch !== undefined && path.ca?.startsWith("fixed:r:sha256:") !== true)
      yield `${here}.fetch: needs "ca": "fixed:r:sha256:…", because nothing else proves the tarball's contents`;
  }
}

function* packageMistakes(locked: LockedPackage, system: LockedSystem): Generator<string> {
  if (locked.attribute === "nix" && locked.version === undefined)
    yield "has no version, which the image's label needs";
  if (!locked.outputs.has(locked.defaultOutput))
    yield `defaultOutput ${JSON.stringify(locked.defaultOutput)} is not among its outputs`;
  for (const output of locked.outputsToInstall)
    if (!locked.outputs.has(output))
      yield `${JSON.stringify(output)} of outputsToInstall is not among its outputs`;
  for (const output of requiredOutputs(locked)) {
    const path = locked.outputs.get(output);
    if (path !== undefined && !system.paths.has(path))
      yield `output ${JSON.stringify(output)}, ${path}, is not in paths`;
  }
}

/**
 * The outputs whose closure a lock always holds. manifest.nix names `out` of each package; an attribute
 * that is itself one output needs only that output.
 */
export function requiredOutputs(locked: LockedPackage): string[] {
  if (locked.outputSpecified) return [locked.defaultOutput];
  const out = locked.outputs.has("out") ? ["out"] : [];
  return [...new Set([locked.defaultOutput, ...out, ...locked.outputsToInstall])];
}
