/** An image for two platforms with user, files, config, annotations and limits: what other tools find in it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { lstat, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import type { LixImageInputs } from "../../sdk/args.ts";
import { withDockerRegistry } from "../support/docker-registry.ts";
import { findPeer, needs, runPeer } from "../support/peers.ts";
import { withWorkshop } from "../support/workshop.ts";

/** As Linux allows it at most: the number needs a PAX record, and the name fills its field. */
const NAME = "a_name_of_thirty-two_characters_";
const ID = 2_147_483_647;

const ARGUMENTS: LixImageInputs = {
  systems: ["x86_64-linux", "aarch64-linux"],
  user: { name: NAME, uid: ID, home: "/srv/höme" },
  created: "2026-11-28T12:00:00Z",
  gcRoots: "profile",
  maxImageSize: "1GB",
  maxLayerSize: "1GB",
  maxGrowth: "1GB",
  config: {
    entrypoint: ["/bin/sh", "-c"],
    env: { GREETING: "grüß dich", PATH: { prepend: "/opt/bin" }, MANPATH: null },
    labels: { "org.example.ümlaut": "é\n<&>", "org.opencontainers.image.vendor": null },
    exposedPorts: ["80", "8000-8001/udp"],
    workingDir: "/srv/höme",
  },
  annotations: { "org.example.note": "ü <&> \u{1f600}" },
  files: {
    "/opt/ünï/\u{1f600}": { text: "smile\n" },
    "/opt/bin/su": { text: "#!/bin/sh\n", mode: "4755" },
    "/opt/empty": { text: "", uid: ID, gid: 65_536 },
    "/opt/dangling": { target: "../nowhere/ü" },
    "/opt/dir": { directory: true, mode: "1777" },
    [`/opt/${"long-".repeat(50)}`]: { text: "long\n" },
    "/srv/höme/own": { text: "" },
  },
};

// crane is Go's, which CI may lack; umoci makes what is on disk.
const missing = needs("docker-registry", "skopeo", "umoci");
const skip = missing === false && process.getuid?.() !== 0 ? "only root unpacks owners" : missing;

test(
  "two platforms with every argument of docs/running.md are what skopeo, crane and umoci see",
  { skip },
  () =>
    withDockerRegistry({}, (host) =>
      withWorkshop({ world: { systems: ["x86_64-linux", "aarch64-linux"] } }, async (workshop) => {
        const ran = await workshop.push({ ...ARGUMENTS, registry: `${host}/acme` });
        assert.equal(ran.code, 0, ran.stderr);
        const pushed = JSON.parse(ran.stdout) as { readonly ref: string };
        const image = `docker://${pushed.ref}`;

        if (findPeer("crane") !== undefined)
          for (const platform of ["linux/amd64", "linux/arm64"])
            await runPeer(
              "crane",
              "validate",
              "--insecure",
              `--platform=${platform}`,
              `--remote=${pushed.ref}`,
            );
        const raw = JSON.parse(await inspect("--raw", image)) as Annotated;
        assert.equal(raw.annotations["org.example.note"], "ü <&> \u{1f600}");
        assert.equal(
          raw.annotations["org.example.ümlaut"],
          "é\n<&>",
          "labels are on an index, too",
        );

        const arm = "--override-arch=arm64";
        const { config, created } = JSON.parse(await inspect("--config", arm, image)) as Config;
        assert.equal(created, "2026-11-28T12:00:00Z");
        assert.equal(config.User, `${ID}:${ID}`);
        assert.deepEqual(config.Entrypoint, ["/bin/sh", "-c"]);
        assert.deepEqual(Object.keys(config.ExposedPorts), ["80/tcp", "8000/udp", "8001/udp"]);
        assert.ok(config.Env.includes("GREETING=grüß dich"));
        assert.ok(config.Env.some((each) => each.startsWith("PATH=/opt/bin:")));
        assert.ok(!("org.opencontainers.image.vendor" in config.Labels));

        const [copy, bundle] = [join(workshop.folder, "copy"), join(workshop.folder, "bundle")];
        await skopeo("copy", "--quiet", "--src-tls-verify=false", arm, image, `oci:${copy}:latest`);
        await promisify(execFile)("umoci", ["unpack", "--image", `${copy}:latest`, bundle]);
        const root = join(bundle, "rootfs");
        const at = async (path: string): Promise<string> => {
          const { mode, uid, gid } = await lstat(join(root, path));
          return `${(mode & 0o7777).toString(8)} ${uid}:${gid}`;
        };
        assert.equal(await readFile(join(root, "opt/ünï/\u{1f600}"), "utf8"), "smile\n");
        assert.equal(await readFile(join(root, "opt", "long-".repeat(50)), "utf8"), "long\n");
        assert.equal(await readlink(join(root, "opt/dangling")), "../nowhere/ü");
        for (const [path, expected] of [
          ["opt/bin/su", "4755 0:0"],
          ["opt/empty", `644 ${ID}:65536`],
          ["opt/dir", "1777 0:0"],
          ["srv", "555 0:0"],
          ["srv/höme", `755 ${ID}:${ID}`],
          ["srv/höme/own", `644 ${ID}:${ID}`],
          ["nix/store", `755 ${ID}:${ID}`],
        ] as const)
          assert.equal(await at(path), expected, path);
        assert.match(
          await readFile(join(root, "etc/passwd"), "utf8"),
          new RegExp(`^${NAME}:x:${ID}:`, "m"),
        );
      }),
    ),
);

const skopeo = (...args: readonly string[]): Promise<string> =>
  runPeer("skopeo", "--insecure-policy", ...args);
const inspect = (...args: readonly string[]): Promise<string> =>
  skopeo("inspect", "--tls-verify=false", ...args);

interface Annotated {
  readonly annotations: Readonly<Record<string, string>>;
}

interface Config {
  readonly created: string;
  readonly config: {
    readonly User: string;
    readonly Entrypoint: readonly string[];
    readonly Env: readonly string[];
    readonly ExposedPorts: Readonly<Record<string, unknown>>;
    readonly Labels: Readonly<Record<string, string>>;
  };
}
