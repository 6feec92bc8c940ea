/** Which store paths a package of another nixpkgs adds a second time. @module */
import { closureOf } from "../formats/nix/closure.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import { requiredOutputs } from "../lock/consistency.ts";
import type { LockedPackage, LockedSystem } from "../lock/lock.ts";
import { parseDrvName } from "../formats/nix/drv-name.ts";

export interface SecondCopies {
  /** `glibc-2.39-52`: paths that only this package needs, and whose name without version the others have too. */
  readonly names: readonly string[];
  /** Unpacked bytes of everything that only this package needs. */
  readonly paths: number;
  readonly size: number;
}

export function secondCopies(system: LockedSystem, attribute: string): SecondCopies {
  const closure = (packages: readonly LockedPackage[]): ReadonlySet<StorePath> =>
    new Set(
      closureOf(
        packages.flatMap((one) =>
          requiredOutputs(one).flatMap((output) => one.outputs.get(output) ?? []),
        ),
        (path) => system.paths.get(path)?.references ?? [],
      ),
    );
  const packages = [...system.packages.values()];
  const others = closure(packages.filter((one) => one.attribute !== attribute));
  const own = [...closure(packages.filter((one) => one.attribute === attribute))].filter(
    (path) => !others.has(path),
  );
  const known = new Set([...others].map((path) => parseDrvName(StorePath.name(path)).name));
  const names = own.map(StorePath.name).filter((name) => known.has(parseDrvName(name).name));
  const size = own.reduce((sum, path) => sum + (system.paths.get(path)?.narSize ?? 0), 0);
  return { names: [...new Set(names)].sort(), paths: own.length, size };
}
