/** Packages that real Nix evaluates, in a store of its own, and a cache that it wrote. @module */
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { REQUIRED_ATTRIBUTES } from "../../provider/resolve/attributes.ts";

const run = promisify(execFile);

/**
 * Packages whose contents need no build: sources and text files. `curl` has four outputs and says what
 * to install, `less` refers to `which`, `n.m` is nested, `bad` throws.
 */
const PACKAGES = `
{ system ? "riscv64-linux", broken ? false }:
let
  source = name: builtins.path { path = ./tree; inherit name; };
  package = name: { type = "derivation"; inherit name system; outPath = source name; };
  outputs = [ "bin" "dev" "out" "man" ];
  curl = builtins.listToAttrs (map (output: {
    name = output;
    value = curl // {
      outputName = output;
      outputSpecified = true;
      outPath = source "curl-8.9.1\${if output == "out" then "" else "-\${output}"}";
    };
  }) outputs) // {
    type = "derivation";
    name = "curl-8.9.1";
    version = "8.9.1";
    inherit system;
    inherit outputs;
    outputName = "bin";
    outPath = source "curl-8.9.1-bin";
    meta = {
      outputsToInstall = [ "bin" "man" ];
      priority = 7;
      license = { shortName = "curl"; spdxId = "curl"; fullName = "curl License"; free = true; };
      homepage = "https://curl.se/";
      # As of a fetcher: a text that refers to the store.
      identifiers.purl = "pkg:generic/curl@8.9.1";
    };
  };
  names = builtins.fromJSON (builtins.readFile ./names.json);
in
builtins.listToAttrs (map (name: { inherit name; value = package "\${name}-1.0"; }) names) // {
  inherit curl;
  # As of a derivation that no mkDerivation made: nothing says that an output was chosen.
  plainDev = removeAttrs curl.dev [ "outputSpecified" "meta" ];
  less = package "less-590" // { outPath = builtins.toFile "less-590" "uses \${source "which-1.0"}"; };
  n.m = package "nm-2-x" // { meta = { license = _: "a function"; homepage = throw "no homepage"; }; };
  "a.b" = package "ab-3" // { meta.license = [ { shortName = "unfree"; } "GPL" ]; };
  bad = throw "not free";
  path = ./tree;
}
`;

export interface NixWorld {
  readonly dir: string;
  readonly file: string;
  readonly publicKey: string;
  readonly cache: string;
}

/** A store of its own below a folder, so that the machine's is left alone; and a cache signed from it. */
export async function withNixWorld(use: (world: NixWorld) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const before = process.env["NIX_REMOTE"];
    process.env["NIX_REMOTE"] = join(dir, "root");
    try {
      const file = join(dir, "packages.nix");
      await writeFile(file, PACKAGES);
      await writeFile(join(dir, "names.json"), JSON.stringify(REQUIRED_ATTRIBUTES));
      await mkdir(join(dir, "tree"));
      await writeFile(join(dir, "tree", "file"), "contents\n");
      await run("nix-store", [
        "--generate-binary-cache-key",
        "test-1",
        join(dir, "secret"),
        join(dir, "public"),
      ]);
      const publicKey = (await readFile(join(dir, "public"), "utf8")).trim();
      await use({ dir, file, publicKey, cache: join(dir, "cache") });
    } finally {
      if (before === undefined) delete process.env["NIX_REMOTE"];
      else process.env["NIX_REMOTE"] = before;
    }
  });
}

/** Evaluated once more, this time with a store that is written to, then copied. */
export async function push(world: NixWorld): Promise<void> {
  const expression = `
    let pkgs = import ${world.file} { system = "x86_64-linux"; };
        names = builtins.fromJSON (builtins.readFile ${join(world.dir, "names.json")});
    in map (p: "\${p}") ([ pkgs.path pkgs.n.m pkgs."a.b" pkgs.curl.dev pkgs.curl.out pkgs.curl.man ] ++ map (n: pkgs.\${n}) names)`;
  const { stdout } = await run("nix-instantiate", [
    ...["--eval", "--strict", "--json", "--read-write-mode", "--expr", expression],
  ]);
  const paths: string[] = JSON.parse(stdout);
  await run("nix", [
    ...["--extra-experimental-features", "nix-command", "copy", ...paths],
    ...["--to", `file://${world.cache}?secret-key=${join(world.dir, "secret")}&compression=none`],
  ]);
}

/** The arguments of `lix-image lock`. */
export function lockArguments(world: NixWorld, output: string): string[] {
  return [
    ...["--nix", world.file, "--package", "n.m", "--package", "a.b", "--package", "curl.dev"],
    ...["--package", "plainDev"],
    ...["--cache", world.cache, "--trusted-public-key", world.publicKey],
    ...["--output", join(world.dir, output)],
  ];
}
