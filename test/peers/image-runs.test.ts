/** Starts images of real packages, and has the Nix in them check their store. @module */
import assert from "node:assert/strict";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import type { LixImageInputs } from "../../sdk/args.ts";
import { needsContainer, succeeds, withContainer, type Container } from "../support/container.ts";
import { REAL_LOCK, withRealLayout } from "../support/real-layout.ts";
import { needsRealWorld } from "../support/real-world.ts";

// Starting a process to find out is only worth it where there is something to run.
const skip = needsRealWorld() || needsContainer();

describe("an image of real packages", { skip }, () => {
  const withImage = (
    args: LixImageInputs,
    use: (container: Container) => Promise<void>,
  ): Promise<void> => withRealLayout(args, (layout) => withContainer(layout, use));

  test("runs, and Nix finds its store whole, signed and alive", () =>
    withImage({}, async (container) => {
      await checkPrograms(container);
      await checkStore(container);
      const nixpkgs = "nix-instantiate --eval -E '(import <nixpkgs/lib>).version'";
      assert.match(await succeeds(container, nixpkgs), /^"\d.*"\n$/);
      assert.match(await succeeds(container, "nix-env --list-generations"), /^ +1 /);
      const added = await succeeds(container, "nix-store --add /etc/group");
      assert.equal(await succeeds(container, "nix-store --gc --print-dead"), added);
    }));

  test("runs with packages, a flake registry, zstd and few layers, without nixpkgs", () =>
    withTempDir(async (folder) => {
      const registry = join(folder, "registry");
      await mkdir(registry);
      await writeFile(join(registry, "real.json"), REGISTRY);
      await symlink("real.json", join(registry, "flake-registry.json"));
      const args: LixImageInputs = {
        bundleNixpkgs: false,
        extraPkgs: ["jq", "tree", "killtools", "propagator", "oddnames"],
        flakeRegistry: registry,
        maxLayers: 1,
        compression: "zstd",
        nixConf: {
          "experimental-features": ["nix-command", "flakes"],
          // Nix's own setting is a URL, and then the link is but what an earlier download left.
          "flake-registry": FLAKE_REGISTRY,
        },
      };
      await withImage(args, async (container) => {
        await checkPrograms(container);
        await checkStore(container);
        await succeeds(container, "test $(echo '[1]' | jq '.[0]') = 1 && tree --version");
        assert.match(
          await succeeds(container, "nix registry list"),
          /^global flake:it path:\/it\n/,
        );
        const roots = await succeeds(container, "nix-store --gc --print-roots");
        assert.match(roots, new RegExp(`^${FLAKE_REGISTRY} -> /nix/store/\\w+-registry$`, "m"));
        const missing = await container.run("nix-instantiate --find-file nixpkgs");
        assert.match(missing.stderr, /'nixpkgs' was not found/);
      });
    }));
});

const FLAKE_REGISTRY = "/root/.cache/nix/flake-registry.json";
const REGISTRY = JSON.stringify({
  version: 2,
  flakes: [{ from: { type: "indirect", id: "it" }, to: { type: "path", path: "/it" } }],
});

async function checkPrograms(container: Container): Promise<void> {
  const versions = await succeeds(container, "nix --version; git --version; curl --version");
  assert.match(versions, /^nix \(.*\) \d.*\ngit version \d.*\ncurl \d/);
  const builder = /^uid=30001\(nixbld1\) gid=30000\(nixbld\) groups=30000\(nixbld\)\n$/;
  assert.match(await succeeds(container, "id nixbld1"), builder);
  assert.match(await succeeds(container, "nix-env -q"), /^curl-\d/m);
  const modes = await succeeds(container, "stat -c %a / /tmp /var/tmp /root /nix/store");
  // Nix has given its store to the builders by now: 1775.
  assert.equal(modes, "755\n1777\n1777\n555\n1775\n");
}

/** Every path is there, has its hash and a signature or none needed, and has a root. */
async function checkStore(container: Container): Promise<void> {
  const verified = await container.run("nix-store --verify --check-contents");
  assert.equal(verified.status, 0, verified.stderr);
  const steps = [
    "reading the Nix store...",
    "checking path existence...",
    "checking link hashes...",
  ];
  assert.deepEqual(said(verified.stderr), [...steps, "checking store hashes..."]);
  assert.equal(await succeeds(container, "nix-store --gc --print-dead"), "");

  const nix = "nix --extra-experimental-features nix-command";
  const { caches, systems } = JSON.parse(await readFile(REAL_LOCK, "utf8")) as LockFile;
  const keys = caches.flatMap((each) => each.trustedPublicKeys).join(" ");
  const trusted = await container.run(`${nix} store verify --all --trusted-public-keys '${keys}'`);
  assert.equal(trusted.status, 0, trusted.stderr);

  // Without the cache's key, what is accepted needs no signature.
  const untrusted = await container.run(`${nix} store verify --all --trusted-public-keys ''`);
  const refused = [...untrusted.stderr.matchAll(/path '([^']*)' is untrusted/g)].map(
    ([, path]) => path,
  );
  const all = (await succeeds(container, `${nix} path-info --all`)).trim().split("\n");
  const locked = Object.values(systems).flatMap(({ paths }) => Object.entries(paths));
  const signed = locked.filter(([, { ca }]) => ca === undefined).map(([name]) => name);
  const needed = all.filter((path) => signed.includes(path.slice("/nix/store/".length)));
  assert.deepEqual(refused.sort(), needed.sort());
  assert.ok(needed.length > 50 && needed.length < all.length);
}

interface LockFile {
  readonly caches: readonly { readonly trustedPublicKeys: readonly string[] }[];
  readonly systems: Readonly<
    Record<string, { readonly paths: Readonly<Record<string, { readonly ca?: string }>> }>
  >;
}

/** Without crun's messages about the machine. */
const said = (stderr: string): string[] =>
  stderr.split("\n").filter((line) => line !== "" && !line.startsWith("cgroups in hybrid mode"));
