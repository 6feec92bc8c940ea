import assert from "node:assert/strict";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { UNKNOWN } from "../../../provider/arguments/unknown.ts";
import { check, type CheckResult } from "../../../provider/pulumi/check.ts";
import { prune, remove } from "../../../provider/pulumi/delete.ts";
import { push } from "../../../provider/pulumi/push.ts";
import { read } from "../../../provider/pulumi/read.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { diff } from "../../support/compare.ts";
import { PASSWORD, publicKeyVector, signingVectorText } from "../../support/signing-vectors.ts";
import { warningsOf } from "../../support/warnings.ts";
import { withWorkshop, type Workshop } from "../../support/workshop.ts";

const VECTORS = new URL("../../vectors/signing/", import.meta.url).pathname;
const { fingerprint } = publicKeyVector("sec1.pub");
const KEY = signingVectorText("sec1.pem");

before(() => {
  process.env["TEST_SIGNING_KEY"] = KEY;
});
after(() => {
  delete process.env["TEST_SIGNING_KEY"];
  delete process.env["COSIGN_PASSWORD"];
});

const newsOf = ({ world, registry }: Workshop, args: PropertyMap): PropertyMap => ({
  ...{ lock: world.lockFile, registry: `${registry.host}/acme`, __provider: "text" },
  ...args,
});

const checkIn = (
  workshop: Workshop,
  args: PropertyMap,
  olds: PropertyMap = {},
  session = new ResourceSession(workshop.cache),
): Promise<CheckResult> => check(session, olds, newsOf(workshop, args));

test("the state has the fingerprint of the public key, and no way to the private one", () =>
  withWorkshop({}, async (workshop) => {
    const session = new ResourceSession(workshop.cache);
    const sign = { keyFile: join(VECTORS, "sec1.pem") };
    const { inputs, failures } = await checkIn(workshop, { sign }, {}, session);
    assert.deepEqual(failures, []);
    assert.deepEqual(inputs["sign"], { fingerprint });
    const { outs } = await push(session, inputs);
    assert.deepEqual(outs["sign"], { fingerprint });
    const referrers = outs["referrers"] as { artifactType: string; subject: string }[];
    assert.deepEqual(
      referrers.map(({ artifactType, subject }) => [artifactType, subject]),
      [["application/vnd.dev.sigstore.bundle.v0.3+json", outs["digest"]]],
    );
    const tag = `${String(outs["digest"]).replace(":", "-")}.sig`;
    assert.ok(workshop.registry.store.repository("acme/lix").tags.has(tag));
    const text = JSON.stringify([inputs, outs]);
    for (const secret of ["sec1.pem", ...KEY.split("\n").filter((line) => line.length > 20)])
      assert.ok(!text.includes(secret), secret);
  }));

test("the same key under another path, or in a variable, is no change; another key is one", () =>
  withWorkshop({}, async (workshop) => {
    const session = new ResourceSession(workshop.cache);
    const { inputs } = await checkIn(
      workshop,
      { sign: { keyEnv: "TEST_SIGNING_KEY" } },
      {},
      session,
    );
    const { outs } = await push(session, inputs);
    const copy = join(workshop.folder, "keys", "copy.key");
    await mkdir(join(workshop.folder, "keys"));
    await cp(join(VECTORS, "pkcs8.pem"), copy);
    const changes = async (sign: PropertyMap | undefined): Promise<boolean> => {
      const again = await checkIn(workshop, sign === undefined ? {} : { sign }, outs);
      assert.deepEqual(again.failures, []);
      return diff(outs, again.inputs).changes;
    };
    assert.equal(await changes({ keyFile: copy }), false);
    assert.equal(await changes({ keyFile: join(VECTORS, "ed25519.pem") }), true);
    assert.equal(await changes(undefined), true);
  }));

test("a preview without the key takes it to be the recorded one, and warns", () =>
  withWorkshop({}, async (workshop) => {
    const args = { sign: { keyEnv: "ABSENT_KEY" }, __dryRun: true };
    const olds = { ...newsOf(workshop, {}), sign: { fingerprint } };
    const warnings = await warningsOf(async () => {
      const recorded = await checkIn(workshop, args, olds);
      assert.deepEqual([recorded.failures, recorded.inputs["sign"]], [[], { fingerprint }]);
      const first = await checkIn(workshop, args);
      assert.deepEqual([first.failures, first.inputs["sign"]], [[], UNKNOWN]);
    });
    assert.equal(warnings.length, 2);
    assert.match(
      String(warnings[0]),
      /no key that signs images in the environment variable ABSENT/,
    );
  }));

test("`up` without the key fails before anything is pushed", () =>
  withWorkshop({}, async (workshop) => {
    const { failures } = await checkIn(workshop, { sign: { keyFile: "absent.key" } });
    assert.match(
      failures[0]?.reason ?? "",
      /no key that signs images in \S+absent\.key \[IMAGE_KEY_NOT_FOUND\]/,
    );
    assert.equal(workshop.registry.log.length, 0);
  }));

test("a wrong password fails at preview, and is not shown", () =>
  withWorkshop({}, async (workshop) => {
    process.env["COSIGN_PASSWORD"] = `not ${PASSWORD}`;
    const sign = { keyFile: join(VECTORS, "pkcs8-encrypted.pem") };
    const { failures } = await checkIn(workshop, { sign, __dryRun: true });
    delete process.env["COSIGN_PASSWORD"];
    assert.match(failures[0]?.reason ?? "", /\[IMAGE_KEY_PASSWORD\]/);
    assert.ok(!String(failures[0]?.reason).includes(PASSWORD));
  }));

for (const sign of [{}, { keyFile: "a", keyEnv: "b" }, { keyFile: "" }, { key: KEY }, KEY])
  test(`sign: ${JSON.stringify(sign).slice(0, 30)} is refused, without its text`, () =>
    withWorkshop({}, async (workshop) => {
      const { failures } = await checkIn(workshop, { sign, __dryRun: true });
      assert.equal(failures.length > 0, true);
      for (const { reason } of failures) {
        assert.match(reason, /^sign/);
        for (const line of KEY.split("\n").filter((each) => each.length > 20))
          assert.ok(!reason.includes(line));
      }
    }));

/** The signatures, or signed statements, below the tag of the image. */
function heldIn({ registry }: Workshop, outs: PropertyMap, kind: "sig" | "att" = "sig") {
  const { manifests, tags } = registry.store.repository("acme/lix");
  const tag = `${String(outs["digest"]).replace(":", "-")}.${kind}`;
  const read = (): { layers: { annotations: object }[] } =>
    JSON.parse(Buffer.from(manifests.get(tags.get(tag) ?? "")?.bytes ?? []).toString());
  return {
    tag,
    tags,
    signers: () => read().layers.map(({ annotations }) => Object(annotations)["pulumi-lix.signer"]),
    predicateTypes: () =>
      read().layers.map(({ annotations }) => Object(annotations)["predicateType"]),
    addTheirs(): void {
      const { layers, ...rest } = read();
      const bytes = Buffer.from(
        JSON.stringify({ ...rest, layers: [...layers, { ...layers[0], annotations: {} }] }),
      );
      manifests.set("sha256:theirs", {
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        bytes,
      });
      tags.set(tag, "sha256:theirs");
    },
  };
}

const pushed = async (
  workshop: Workshop,
  key: string,
  olds: PropertyMap = {},
  documents: PropertyMap = {},
): Promise<PropertyMap> => {
  const session = new ResourceSession(workshop.cache);
  const args = { sign: { keyFile: join(VECTORS, key) }, deleteFromRegistry: true, ...documents };
  const { inputs, failures } = await checkIn(workshop, args, olds, session);
  assert.deepEqual(failures, []);
  return (await push(session, inputs, olds)).outs;
};

test("a refresh sees that the signature is missing, and `up` adds it again", () =>
  withWorkshop({}, async (workshop) => {
    const outs = await pushed(workshop, "sec1.pem");
    const refreshed = async (): Promise<PropertyMap> =>
      (await read(new ResourceSession(workshop.cache), "id", outs)).props;
    const refresh = async () => (await refreshed())["drift"];
    assert.deepEqual(await refresh(), []);
    const { tags, tag, signers } = heldIn(workshop, outs);
    tags.delete(tag);
    assert.deepEqual(await refresh(), [`signature of ${String(outs["digest"])} (image) is gone`]);
    const live = await refreshed();
    workshop.registry.log.length = 0;
    await pushed(workshop, "sec1.pem", live);
    const layers = Array.from(Object(outs["layers"]), ({ digest }) => String(digest));
    assert.ok(layers.length > 0);
    for (const digest of layers)
      assert.equal(workshop.registry.count("HEAD", new RegExp(digest)), 0, "the image is whole");
    assert.deepEqual(signers(), [fingerprint]);
    assert.deepEqual(await refresh(), []);
  }));

test("deleteFromRegistry removes our signatures, and keeps those of others", () =>
  withWorkshop({}, async (workshop) => {
    const outs = await pushed(workshop, "sec1.pem");
    const { tags, addTheirs, signers } = heldIn(workshop, outs);
    addTheirs();
    await remove(outs);
    assert.deepEqual(signers(), [undefined]);
    assert.ok(!tags.has("latest"));
  }));

test("after a change of the key only the new one's signature is there", () =>
  withWorkshop({}, async (workshop) => {
    const before = await pushed(workshop, "sec1.pem");
    const after = await pushed(workshop, "ed25519.pem", before);
    const { signers } = heldIn(workshop, after);
    const other = publicKeyVector("ed25519.pub").fingerprint;
    assert.deepEqual(signers(), [fingerprint, other]);
    await prune(new ResourceSession(workshop.cache), { olds: before, news: after });
    assert.deepEqual(signers(), [other]);
  }));

test("a document that is switched off is signed no longer, and the others are", () =>
  withWorkshop({}, async (workshop) => {
    const both = { sbom: "spdx", provenance: true };
    const before = await pushed(workshop, "sec1.pem", {}, both);
    const { predicateTypes } = heldIn(workshop, before, "att");
    assert.equal(predicateTypes().length, 2);
    const after = await pushed(workshop, "sec1.pem", before, { sbom: "spdx" });
    await prune(new ResourceSession(workshop.cache), { olds: before, news: after });
    assert.deepEqual(predicateTypes(), ["https://spdx.dev/Document"]);
    assert.deepEqual(heldIn(workshop, after).signers(), [fingerprint]);
  }));
