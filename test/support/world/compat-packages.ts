/** Packages that `compat` looks for, and some that bring libstdc++ along, one of them an older one. @module */
import { library, programs, text, type Recipe } from "./recipe.ts";

const gcc = (attribute: string, version: string): Recipe => ({
  attribute,
  pname: "gcc",
  version,
  outputs: { out: programs(["gcc"], "glibc"), lib: library("libstdc++.so.6", "glibc") },
});

const one = (pname: string, out: Recipe["outputs"][string]): Recipe => ({
  attribute: pname,
  pname,
  version: "1.0",
  outputs: { out },
});

export const COMPAT_PACKAGES: readonly Recipe[] = [
  gcc("gcc-unwrapped", "13.3.0"),
  gcc("gcc9", "9.5.0"),
  one("nodejs", programs(["node"], "gcc-unwrapped.lib")),
  {
    ...one("nodejs", programs(["node"], "gcc-unwrapped.lib")),
    attribute: "nodejs_24",
    version: "2",
  },
  {
    attribute: "glibc-tools",
    pname: "glibc",
    version: "2.39",
    outputs: { bin: programs(["getconf"], "glibc") },
  },
  one("gnused", programs(["sed"], "glibc")),
  one("nix-ld", { "libexec/nix-ld": text("a placeholder\n", true) }),
  one("older", programs(["older"], "gcc9.lib")),
];
