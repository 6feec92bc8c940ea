/** Images of real packages for users other than root, started as those users. */
import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describe, test } from "node:test";
import type { LixImageInputs } from "../../sdk/args.ts";
import { startCacheServer } from "../support/cache-server.ts";
import {
  needsContainer,
  succeeds,
  withContainer,
  type Container,
  type RunAs,
} from "../support/container.ts";
import { needs } from "../support/peers.ts";
import { ownStorage, podman, podmanRun } from "../support/podman.ts";
import { REAL_LOCK, withRealLayout } from "../support/real-layout.ts";
import { needsRealWorld } from "../support/real-world.ts";

const skip = needsRealWorld() || needsContainer();

const ROOT: RunAs = { uid: 0, gid: 0 };
/** The user of an image without the argument `user`. */
const DEFAULT_ROOT: RunAs = {};
/** A user id like those that OpenShift chooses. */
const CHOSEN: RunAs = { uid: 1_000_650_000, gid: 0 };
const BASH = "/nix/var/nix/profiles/default/bin/bash";

// Few layers for podman. The same setting everywhere: these layers are built once for all tests.
const LIX: LixImageInputs = { user: { name: "lix", uid: 1000, gid: 100 }, maxLayers: 1 };
const ANY: LixImageInputs = { user: "any", maxLayers: 1 };

/** Builds in the container and not elsewhere: the packages of the world lack the hook that Nix looks for. */
const OFFLINE: LixImageInputs = {
  bundleNixpkgs: false,
  nixConf: { "build-hook": "/etc/no-hook", substitute: false },
  files: {
    "/etc/no-hook": { text: '#!/bin/sh\necho "# decline-permanently" >&2\n', mode: "0755" },
    // It runs by nix-shell in the environment of a derivation. nix-shell has no nixpkgs to take its bash from.
    "/etc/tool": {
      text: '#!/usr/bin/env nix-shell\n#!nix-shell -i bash /etc/one.nix\necho "$name for $1"\n',
      mode: "0755",
    },
    "/etc/one.nix": {
      text: 'derivation { name = "one"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "echo 1 > $out" ]; }\n',
    },
  },
};

const withLayout = (
  args: LixImageInputs,
  use: (layout: string, folder: string) => Promise<void>,
): Promise<void> => withRealLayout({ ...OFFLINE, ...args }, use);

test("root works with Nix in the image of docker.nix", { skip }, () =>
  withLayout({}, (layout) =>
    withContainer(layout, async (container) => {
      assert.match(await succeeds(container, "id"), /^uid=0\(root\) gid=0\(root\)/);
      await checkUser(container, DEFAULT_ROOT);
      await checkFetching(container, {});
      await checkStore(container, {});
    }),
  ),
);

describe("an image for another user", { skip }, () => {
  test("that is named works with Nix from its home, after root did and before", () =>
    withLayout(LIX, (layout) =>
      withContainer(layout, async (container) => {
        assert.equal(
          await succeeds(container, "id"),
          "uid=1000(lix) gid=100(lix) groups=100(lix)\n",
        );
        await checkStore(container, ROOT);
        assert.equal(await succeeds(container, "nix-store --gc --print-dead"), "");
        await checkUser(container, {});
        await checkFetching(container, {});
        await checkStore(container, ROOT);
        await checkStore(container, {});
        const owners =
          "find / -xdev -path /proc -prune -o -user lix -print | grep -v '^/nix\\|^/home'";
        assert.equal((await container.run(owners, ROOT)).stdout, "");
        const others = "find /nix /home/lix ! -user lix ! -newer /etc/passwd";
        assert.equal(await succeeds(container, others, ROOT), "");
      }),
    ));

  test("that the cluster chooses works with Nix through the entrypoint, past it, and in any shell", () =>
    withLayout(ANY, (layout) =>
      withContainer(layout, async (container) => {
        assert.equal(await succeeds(container, "id -u; id -g"), "1001\n0\n");
        await rm(join(container.rootfs, "home/user"), { recursive: true });
        const past = { ...CHOSEN, shell: [BASH] };
        assert.equal(await succeeds(container, "id -u; id -g", past), "1000650000\n0\n");
        await checkUser(container, past);
        await checkFetching(container, past);
        await rm(join(container.rootfs, "home/user"), { recursive: true });
        assert.match(
          await succeeds(container, "nix-env -q", { ...CHOSEN, shell: ["/bin/sh"] }),
          /^bash/,
        );
        await checkStore(container, CHOSEN);
        await rm(join(container.rootfs, "home/user"), { recursive: true });
        assert.equal(await succeeds(container, "cd; cat .nix-channels | wc -l", CHOSEN), "1\n");
      }),
    ));

  test("that the cluster chooses has a store that root finds whole", () =>
    withLayout(ANY, (layout) => withContainer(layout, (container) => checkStore(container, ROOT))));

  test("that the cluster chooses runs in podman, too", { skip: needs("podman") }, () =>
    withLayout(ANY, async (layout, folder) => {
      const env = await ownStorage(folder, ["podman"]);
      const image = (await podman(env, "pull", "--quiet", `oci:${layout}:latest`)).trim();
      const script = "id -u; nix-env -q | head -1; echo 1 > ~/x; cat ~/x";
      const said = await podmanRun(env, image, script, ["--user=1000650000:0"]);
      assert.match(said, /^1000650000\nbash.*\n1\n$/);
    }),
  );

  test("that is named runs in podman, too", { skip: needs("podman") }, () =>
    withLayout(LIX, async (layout, folder) => {
      const env = await ownStorage(folder, ["podman"]);
      const image = (await podman(env, "pull", "--quiet", `oci:${layout}:latest`)).trim();
      const script = "id -un; nix-env -q | head -1; cd; nix-build /etc/one.nix; cat result";
      const said = await podmanRun(env, image, script);
      assert.match(said, /^lix\nbash.*\n\/nix\/store\/\w+-one\n1\n$/);
    }),
  );

  test("frees with gcRoots: profile what is no longer in the profile, and nothing before", () =>
    // test/peers/archives.test.ts has built this one layer.
    withLayout({ gcRoots: "profile", maxLayers: 1 }, (layout) =>
      withContainer(layout, async (container) => {
        const collect = "nix-collect-garbage -d 2>&1 | tail -1";
        assert.match(await succeeds(container, collect), /^0 store paths deleted/);
        assert.match(await succeeds(container, "nix-env --list-generations"), /^ +1 .*\(current\)/);
        const freed = await succeeds(container, `nix-env -e wget; ${collect}; ls /usr/bin/env`);
        assert.match(freed, /^[1-9]\d* store paths deleted/);
        await checkStore(container, {});
        await succeeds(container, "/usr/bin/env true; getent passwd root || head -1 /etc/passwd");
      }),
    ));

  test("starts as config says, with files that shadow the base system's", () =>
    withLayout(
      {
        ...LIX,
        config: {
          env: { PATH: { prepend: "/opt/bin" }, GREETING: "hello world", MANPATH: null },
          workingDir: "/work",
          entrypoint: ["/bin/sh"],
        },
        files: {
          ...OFFLINE.files,
          "/opt/bin/greet": { text: '#!/usr/bin/env bash\necho "$GREETING"\n', mode: "0755" },
          "/work": { directory: true, uid: 1000 },
          "/bin/bash": { target: BASH },
          "/usr/bin/env": { target: "/nix/var/nix/profiles/default/bin/env" },
          "/home/lix/.config/nix/nix.conf": { text: "cores = 3\n" },
        },
      },
      (layout) =>
        withContainer(layout, async (container) => {
          const script =
            "greet; pwd; echo ${MANPATH-none}; touch x; stat -c %U x /home/lix/.config";
          assert.equal(await succeeds(container, script), "hello world\n/work\nnone\nlix\nlix\n");
          const nix = "nix --extra-experimental-features nix-command show-config | grep ^cores";
          assert.equal(await succeeds(container, nix), "cores = 3\n");
          assert.equal(
            await succeeds(container, "stat -c %a%U /etc /opt /work"),
            "555root\n755root\n755lix\n",
          );
        }),
    ));
});

/** The list of NixOS/nix's tests of its image, as far as no network is needed, and what people do first. */
async function checkUser(container: Container, as: RunAs): Promise<void> {
  const run = (script: string): Promise<string> => succeeds(container, script, as);
  assert.match(await run("nix --version; git --version"), /^nix \(.*\) \d.*\ngit version \d/);
  assert.match(await run("nix-env -q"), /^curl-\d/m);
  // Nix takes none of docker.nix's links, which root has, for the current generation.
  const generations = as === DEFAULT_ROOT ? /^ +1 / : /^ +1 .*\(current\)\n$/;
  assert.match(await run("nix-env --list-generations"), generations);
  const one = /^\/nix\/store\/\w+-one\n1\n$/;
  assert.match(await run("cd; nix-build /etc/one.nix; cat result"), one);
  const nix = "nix --extra-experimental-features nix-command";
  assert.match(await run(`cd; ${nix} build -f /etc/one.nix; readlink result; cat result`), one);
  assert.equal(await run("echo x > ~/x; cat ~/x; rm ~/x"), "x\n");
  await run("cd; git init -q repo; cd repo; git config --global user.name lix");
  await run("cd ~/repo; git -c user.email=a@b commit -q --allow-empty -m x; git log -1");
  assert.equal(await run(`${BASH} -lc 'cd; pwd; type -t nix'`), `${await run("echo ~")}file\n`);
  const shebangs = ["/bin/sh", "/usr/bin/env bash"].map(
    (line) => `printf '#!${line}\\necho ran\\n' > ~/script; chmod +x ~/script; ~/script`,
  );
  assert.equal(await run(shebangs.join("\n")), "ran\nran\n");
  assert.equal(await run("/etc/tool me"), "one for me\n");
  assert.equal(await run("nix-instantiate --eval -E '1 + 1'"), "2\n");
  assert.match(
    await run("nix-store --add /etc/group; nix-channel --list"),
    /-group\nnixpkgs https:/,
  );
}

/** From a server of this machine: by curl, by Nix as a file, and by Nix as a package of a cache. */
async function checkFetching(container: Container, as: RunAs): Promise<void> {
  const server = await startCacheServer();
  try {
    server.files.set("text", Buffer.from("fetched\n"));
    const { cache, keys, tree } = await treeInCache();
    for (const [name, bytes] of cache) server.files.set(name, bytes);
    const run = (script: string): Promise<string> =>
      succeeds(container, script, { ...as, hasNetwork: true });
    assert.equal(await run(`curl -fsS ${server.url}/text`), "fetched\n");
    const read = `builtins.readFile (builtins.fetchurl "${server.url}/text")`;
    assert.equal(await run(`nix-instantiate --eval -E '${read}'`), '"fetched\\n"\n');
    const options = `--option substituters ${server.url} --option trusted-public-keys '${keys}'`;
    const install = `nix-env -i ${tree} --option substitute true ${options}`;
    assert.match(await run(`${install}; tree --version`), /^tree v/);
  } finally {
    await server.close();
  }
}

/** The files of a cache that has this one package, whose references every image has. */
async function treeInCache() {
  const { caches, systems } = JSON.parse(await readFile(REAL_LOCK, "utf8")) as LockFile;
  const [tree = ""] = Object.values(systems).map(({ packages }) => packages["tree"]?.outputs.out);
  const folder = join(dirname(REAL_LOCK), "cache");
  const narinfo = `${basename(tree).slice(0, 32)}.narinfo`;
  const [, nar = ""] = /^URL: (.*)$/m.exec(await readFile(join(folder, narinfo), "utf8")) ?? [];
  const files = [narinfo, nar].map(
    async (name) => [name, await readFile(join(folder, name))] as const,
  );
  const keys = caches.flatMap((each) => each.trustedPublicKeys).join(" ");
  return { cache: await Promise.all(files), keys, tree };
}

interface LockFile {
  readonly caches: readonly { readonly trustedPublicKeys: readonly string[] }[];
  readonly systems: Readonly<
    Record<
      string,
      {
        readonly packages: Readonly<Record<string, { readonly outputs: { readonly out: string } }>>;
      }
    >
  >;
}

async function checkStore(container: Container, as: RunAs): Promise<void> {
  const verified = await container.run("nix-store --verify --check-contents", as);
  assert.equal(verified.status, 0, verified.stderr);
  assert.doesNotMatch(verified.stderr, /error|warning|mismatch|disappeared/);
}
