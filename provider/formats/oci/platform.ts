/**
 * Platforms as Go and OCI name them, from Nix systems.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md#platform-variants
 * @module
 */
import { lixError } from "../../errors/lix-error.ts";
import type { Platform as PlatformFields } from "./descriptor.ts";

export type Platform = PlatformFields;
export const Platform = {
  /** `linux/amd64`, `linux/arm/v7`. */
  format: ({ os, architecture, variant }: Platform): string =>
    [os, architecture, ...(variant === undefined ? [] : [variant])].join("/"),
};

/** By their text, bytewise. */
export function comparePlatforms(a: Platform, b: Platform): number {
  const [x, y] = [Platform.format(a), Platform.format(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The platform of a Nix system such as `aarch64-linux`. */
export function platformOf(system: string): Platform {
  const dash = system.lastIndexOf("-");
  const cpu = CPUS.get(system.slice(0, dash));
  if (system.slice(dash + 1) !== "linux" || cpu === undefined)
    throw lixError("UNSUPPORTED_SYSTEM", {
      system,
      supported: [...CPUS.keys()].map((name) => `${name}-linux`),
    });
  return {
    architecture: cpu.architecture,
    os: "linux",
    ...(cpu.variant && { variant: cpu.variant }),
  };
}

/** The Nix system for a platform; undefined if there is none. */
export function systemOf({ os, architecture, variant }: Platform): string | undefined {
  if (os !== "linux") return undefined;
  for (const [cpu, each] of CPUS)
    // Other builders write a variant where nobody needs it: linux/arm64/v8.
    if (each.architecture === architecture && (each.variant ?? variant) === variant)
      return `${cpu}-linux`;
  return undefined;
}

// Left as in nixpkgs' lib/systems, right GOARCH. Only 32-bit arm needs a variant: nobody guesses
// which one an image without it is for.
const CPUS: ReadonlyMap<string, Pick<Platform, "architecture" | "variant">> = new Map([
  ["x86_64", { architecture: "amd64" }],
  ["aarch64", { architecture: "arm64" }],
  ["i686", { architecture: "386" }],
  ["armv5tel", { architecture: "arm", variant: "v5" }],
  ["armv6l", { architecture: "arm", variant: "v6" }],
  ["armv7l", { architecture: "arm", variant: "v7" }],
  ["riscv64", { architecture: "riscv64" }],
  ["powerpc64", { architecture: "ppc64" }],
  ["powerpc64le", { architecture: "ppc64le" }],
  ["s390x", { architecture: "s390x" }],
  ["loongarch64", { architecture: "loong64" }],
  ["mips", { architecture: "mips" }],
  ["mipsel", { architecture: "mipsle" }],
  ["mips64", { architecture: "mips64" }],
  ["mips64el", { architecture: "mips64le" }],
]);
