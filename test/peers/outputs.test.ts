/** Every way out, for one and for several systems, by both compressors: what other tools read there. @module */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Digest } from "../../provider/formats/oci/digest.ts";
import { formatIndex, parseIndex, REF_NAME } from "../../provider/destination/oci-index.ts";
import {
  DISTRIBUTIONS,
  withDockerRegistry,
  type Distribution,
} from "../support/docker-registry.ts";
import { needs, runPeer } from "../support/peers.ts";
import { ownStorage, podman } from "../support/podman.ts";
import { withWorkshop } from "../support/workshop.ts";

const SYSTEMS = ["x86_64-linux", "aarch64-linux"] as const;
const SHAPES = [
  { systems: SYSTEMS.slice(0, 1), compression: "gzip" },
  { systems: SYSTEMS.slice(0, 1), compression: "zstd" },
  { systems: SYSTEMS, compression: "gzip" },
  { systems: SYSTEMS, compression: "zstd" },
] as const;
type Shape = (typeof SHAPES)[number];

/** 3 MiB, of which no two are alike. */
const LARGE = Buffer.from(Uint32Array.from({ length: 786_432 }, (_, i) => i * 0x9e37).buffer);

interface Pushed {
  readonly folder: string;
  readonly digest: string;
  /** Of linux/amd64. */
  readonly configDigest: string | undefined;
  /** For each platform the digests of its layers. */
  readonly layers: ReadonlyMap<string, readonly string[]>;
  /** Of each registry, by the program that needs to be there for it. */
  readonly hosts: ReadonlyMap<Distribution | "", string>;
}

/** In one push: into three registries, an OCI layout as folder and as file, and a docker archive. */
const withPushed = ({ systems, compression }: Shape, use: (pushed: Pushed) => Promise<void>) =>
  withDistributions((distributions) =>
    withWorkshop({ world: { systems: SYSTEMS } }, async (workshop) => {
      const docker = { type: "docker-archive", path: "docker.tar" };
      // Its layer has several gzip members, which readers have to join.
      await writeFile(join(workshop.folder, "large"), LARGE);
      const ran = await workshop.push({
        ...{ systems, compression },
        files: { "/srv/large": { source: "large" } },
        // podman's plain storage copies for each layer all that is below it.
        maxLayers: 2,
        mirrors: [...distributions.values()].map((host) => `${host}/acme/lix`),
        archives: [
          { type: "oci-layout", path: "layout" },
          { type: "oci-layout", path: "layout.tar" },
          ...(systems.length === 1 ? [docker] : []),
        ],
      });
      assert.equal(ran.code, 0, ran.stderr);
      const { digest, layers, platforms } = JSON.parse(ran.stdout) as Outputs;
      const ofAll = Object.entries(platforms).map(
        ([name, platform]) => [name, (platform.layers ?? layers ?? []).map(digestOf)] as const,
      );
      const hosts = new Map([["", workshop.registry.host] as const, ...distributions]);
      const { configDigest } = platforms["linux/amd64"] ?? {};
      await use({ folder: workshop.folder, digest, configDigest, layers: new Map(ofAll), hosts });
    }),
  );

interface Outputs {
  readonly digest: string;
  /** Where there is one platform; else each has its own. */
  readonly layers?: readonly { readonly digest: string }[];
  readonly platforms: Readonly<Record<string, Platform>>;
}

interface Platform extends Pick<Outputs, "digest" | "layers"> {
  readonly configDigest: string;
}

const digestOf = ({ digest }: { readonly digest: string }): string => digest;

/** Lends the hosts of those that are installed. */
async function withDistributions(
  use: (hosts: ReadonlyMap<Distribution, string>) => Promise<void>,
  started: readonly (readonly [Distribution, string])[] = [],
): Promise<void> {
  const next = DISTRIBUTIONS.filter((name) => needs(name) === false)[started.length];
  if (next === undefined) return await use(new Map(started));
  await withDockerRegistry({ program: next }, (host) =>
    withDistributions(use, [...started, [next, host]]),
  );
}

const skopeo = (...args: readonly string[]): Promise<string> =>
  runPeer("skopeo", "--insecure-policy", "inspect", "--raw", ...args);

for (const shape of SHAPES)
  test(`an image of ${shape.systems.join(" and ")}, ${shape.compression}`, (t) =>
    withPushed(shape, async ({ folder, digest, configDigest, layers, hosts }) => {
      const layout = join(folder, "layout");
      for (const image of [`oci:${layout}:latest`, `oci-archive:${layout}.tar:latest`])
        await t.test(`skopeo reads ${image.split("/")[0]}`, { skip: needs("skopeo") }, async () => {
          assert.equal(Digest.of(Buffer.from(await skopeo(image))), digest);
        });

      for (const [at, [platform, expected]] of [...layers].entries())
        await t.test(`umoci reads ${platform} in it`, { skip: needs("umoci") }, async () => {
          await tagPlatforms(layout);
          const stat = await runPeer("umoci", "stat", "--json", "--image", `${layout}:${at}`);
          const { history } = JSON.parse(stat) as { history: { layer: { digest: string } }[] };
          assert.deepEqual(
            history.map(({ layer }) => layer.digest),
            expected,
          );
        });

      for (const program of ["", ...DISTRIBUTIONS] as const) {
        const where = program === "" ? "the registry of the tests" : program;
        const peers = program === "" ? [] : [program];
        const image = `${hosts.get(program)}/acme/lix:latest`;
        await t.test(
          `skopeo reads it in ${where}`,
          { skip: needs("skopeo", ...peers) },
          async () => {
            const raw = await skopeo("--tls-verify=false", `docker://${image}`);
            assert.equal(Digest.of(Buffer.from(raw)), digest);
          },
        );
        await t.test(
          `crane accepts it in ${where}`,
          { skip: needs("crane", ...peers) },
          async () => {
            // crane's own reader of layers is one for gzip: pkg/v1/validate/layer.go
            const depth = shape.compression === "zstd" ? ["--fast"] : [];
            const said = await runPeer("crane", "validate", ...depth, "--remote", image);
            assert.match(said, /^PASS/);
            assert.equal((await runPeer("crane", "digest", image)).trim(), digest);
          },
        );
      }

      const [program = "", host] = [...hosts].at(-1) ?? [];
      const where = program || "the registry of the tests";
      await t.test(
        `podman pulls it by digest from ${where}`,
        { skip: needs("podman") },
        async () => {
          const env = await ownStorage(folder, ["podman"]);
          const image = `${host}/acme/lix@${digest}`;
          const options = ["--quiet", "--tls-verify=false", "--platform=linux/amd64"];
          const id = await podman(env, "pull", ...options, image);
          assert.equal(`sha256:${id.trim()}`, configDigest);
        },
      );

      if (shape.systems.length > 1) return;
      await t.test("crane accepts the docker archive", { skip: needs("crane") }, async () => {
        const file = join(folder, "docker.tar");
        assert.match(await runPeer("crane", "validate", "--tarball", file), /^PASS/);
      });
    }));

/** umoci finds manifests by their names only: each of the index gets its place in it as one. */
async function tagPlatforms(layout: string): Promise<void> {
  const file = join(layout, "index.json");
  const { manifests } = parseIndex(await readFile(file, "utf8"));
  const [root] = manifests;
  assert.ok(root);
  const blob = join(layout, "blobs", ...root.digest.split(":"));
  const children = root.mediaType.includes("index")
    ? parseIndex(await readFile(blob, "utf8")).manifests
    : [root];
  const tagged = children.map((child, at) => ({
    ...child,
    annotations: { [REF_NAME]: String(at) },
  }));
  await writeFile(file, formatIndex([root, ...tagged]));
}
