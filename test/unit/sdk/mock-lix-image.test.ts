/** As the unit tests of a user's program run: Pulumi's own mocks around it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { Platform, platformOf } from "../../../provider/formats/oci/platform.ts";
import { LixImage, mockLixImage, type LixImageArgs } from "../../../sdk/index.ts";

const valueOf = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => output.apply((value) => void resolve(value as T)));

/** A resource of some other provider. */
class Other extends pulumi.CustomResource {
  constructor(type: string, inputs: pulumi.Inputs) {
    super(`test:index:${type}`, type.toLowerCase(), inputs);
  }
}

let count = 0;
const image = (args: LixImageArgs): LixImage => new LixImage(`lix-${(count += 1)}`, args);

test("an image has all its outputs, and what takes one gets it", async () => {
  const deployed: unknown[] = [];
  await pulumi.runtime.setMocks(
    mockLixImage({
      newResource(args) {
        deployed.push(args.inputs);
        return { id: "web", state: args.inputs };
      },
    }),
  );
  const registry = pulumi.output("http://ghcr.io/acme/");
  const mirrors = ["http://b.example:5000/lix"];
  const tags = { tag: "{version}", extraTags: ["{major}"] };
  const made = image({ registry, mirrors, ...tags, lixRevision: "abc" });
  const web = new Other("Deployment", { image: made.ref });
  await valueOf(web.id);
  const digest = await valueOf(made.digest);
  assert.match(digest, /^sha256:[0-9a-f]{64}$/);
  assert.equal(await valueOf(made.ref), `ghcr.io/acme/lix@${digest}`);
  assert.deepEqual(deployed, [{ image: `ghcr.io/acme/lix@${digest}` }]);
  assert.deepEqual(await valueOf(made.taggedRefs), [
    "ghcr.io/acme/lix:2.93.3",
    "ghcr.io/acme/lix:2.93",
  ]);
  assert.deepEqual(await valueOf(made.mirrorRefs), [`b.example:5000/lix@${digest}`]);
  assert.equal(await valueOf(made.revision), "abc");
  assert.equal((await valueOf(made.platforms))["linux/amd64"]?.digest, digest);
  for (const output of [made.version, made.labels, made.packages, made.size, made.planKey])
    assert.notEqual(await valueOf<unknown>(output), undefined);
  assert.deepEqual([await valueOf(made.drift), await valueOf(made.layers)], [[], []]);
  assert.equal(await valueOf(made.id), "ghcr.io/acme/lix");
});

test("a state from before there was mirrorRefs has them all the same", async () => {
  const { newResource, ...mocks } = mockLixImage();
  const withoutIt = async (args: pulumi.runtime.MockResourceArgs) => {
    const { id, state } = await newResource(args);
    return { id, state: { ...state, mirrorRefs: undefined } };
  };
  await pulumi.runtime.setMocks({ ...mocks, newResource: withoutIt });
  const mirrors = [pulumi.output("http://b.example:5000/lix"), "c.example/lix"];
  const made = image({ registry: "ghcr.io/acme", mirrors });
  const digest = await valueOf(made.digest);
  assert.deepEqual(await valueOf(made.mirrorRefs), [
    `b.example:5000/lix@${digest}`,
    `c.example/lix@${digest}`,
  ]);
  assert.deepEqual(await valueOf(image({ registry: "ghcr.io/acme" }).mirrorRefs), []);
});

test("the digest follows the arguments, and nothing else", async () => {
  await pulumi.runtime.setMocks(mockLixImage());
  const digestOf = (args: LixImageArgs) => valueOf(image(args).digest);
  const one = await digestOf({ registry: "ghcr.io/acme", nixConf: { cores: 1 } });
  assert.equal(await digestOf({ registry: "ghcr.io/acme", nixConf: { cores: 1 } }), one);
  assert.notEqual(await digestOf({ registry: "ghcr.io/acme", nixConf: { cores: 2 } }), one);
});

test("the platforms are those of systems, each with its layers when there are several", async () => {
  await pulumi.runtime.setMocks(mockLixImage());
  const one = image({ registry: "ghcr.io/acme", systems: ["aarch64-linux"] });
  const own = await valueOf(one.platforms);
  assert.deepEqual(Object.keys(own), ["linux/arm64"]);
  assert.equal(own["linux/arm64"]?.digest, await valueOf(one.digest));

  const cpus = ["x86_64", "aarch64", "i686", "armv6l", "armv7l", "riscv64", "powerpc64le", "s390x"];
  const systems = [...cpus, "loongarch64", "armv5tel", "powerpc64", "mipsel", "mips64el"].map(
    (cpu) => `${cpu}-linux`,
  );
  const several = image({ registry: "ghcr.io/acme", systems });
  const platforms = await valueOf(several.platforms);
  const expected = systems.map((system) => Platform.format(platformOf(system)));
  assert.deepEqual(Object.keys(platforms).sort(), expected.sort());
  const digests = Object.values(platforms).map(({ digest }) => digest);
  assert.equal(new Set([...digests, await valueOf(several.digest)]).size, systems.length + 1);
  assert.deepEqual(platforms["linux/arm64"]?.layers, []);
  assert.equal(await valueOf(several.layers), undefined);
});

test("a repository of its own, archives alone, and a digest that the test wants", async () => {
  const digest = `sha256:${"0".repeat(64)}`;
  await pulumi.runtime.setMocks(mockLixImage({}, { digest, version: "9.9.9" }));
  const refs = [
    image({ repository: "1.dkr.ecr.eu-central-1.amazonaws.com/lix" }),
    image({ name: "Tools", archives: [{ type: "oci-layout", path: "out" }] }),
  ].map((each) => valueOf(each.ref));
  assert.deepEqual(await Promise.all(refs), [
    `1.dkr.ecr.eu-central-1.amazonaws.com/lix@${digest}`,
    `tools@${digest}`,
  ]);
  assert.equal(await valueOf(image({ registry: "ghcr.io/acme" }).version), "9.9.9");
});

test("LixImage.get gives what its id says", async () => {
  await pulumi.runtime.setMocks(mockLixImage());
  const digest = `sha256:${"a".repeat(64)}`;
  const byDigest = LixImage.get("by-digest", `localhost:5000/lix@${digest}`);
  assert.equal(await valueOf(byDigest.ref), `localhost:5000/lix@${digest}`);
  const byTag = LixImage.get("by-tag", "localhost:5000/lix:v1");
  assert.deepEqual(await valueOf(byTag.taggedRefs), ["localhost:5000/lix:v1"]);
  assert.match(await valueOf(byTag.ref), /^localhost:5000\/lix@sha256:[0-9a-f]{64}$/);
  const latest = LixImage.get("latest", "localhost:5000/lix");
  assert.deepEqual(await valueOf(latest.taggedRefs), ["localhost:5000/lix:latest"]);
});

test("at a mocked preview an argument may be unknown", async () => {
  await pulumi.runtime.setMocks(mockLixImage(), "project", "stack", true);
  const unknown = new Other("Cache", {}).urn;
  const made = image({ registry: "ghcr.io/acme", lixRevision: unknown });
  assert.match(await valueOf(made.ref), /^ghcr\.io\/acme\/lix@sha256:/);
});

test("referrers are known to be none without arguments that attach any, and else known after up", async () => {
  const { newResource, ...mocks } = mockLixImage();
  const withoutThem = async (args: pulumi.runtime.MockResourceArgs) => {
    const { id, state } = await newResource(args);
    return { id, state: { ...state, referrers: undefined } };
  };
  const isKnown = (made: LixImage): Promise<boolean> => Object(made.referrers).isKnown;
  // As a preview, and as an earlier version's state.
  const preview = { ...mocks, newResource: withoutThem };
  await pulumi.runtime.setMocks(preview, "project", "stack", true);
  const registry = "ghcr.io/acme";
  const plain = image({ registry });
  assert.equal(await isKnown(plain), true);
  assert.deepEqual(await valueOf(plain.referrers), []);
  assert.equal(await isKnown(image({ registry, sbom: "spdx" })), false);
  await pulumi.runtime.setMocks(mockLixImage());
  assert.deepEqual(await valueOf(image({ registry, sbom: "spdx" }).referrers), []);
});
