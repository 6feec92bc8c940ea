/** What cosign and the reader of docs/trust.md make of an image that we signed. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import type { LixImageOutputs } from "../../sdk/outputs.ts";
import { Digest } from "../../provider/formats/oci/digest.ts";
import { SignatureManifest } from "../../provider/formats/oci/signature-manifest.ts";
import { codeBlocks } from "../support/markdown.ts";
import { findPeer, needs, runPeer } from "../support/peers.ts";
import { PASSWORD } from "../support/signing-vectors.ts";
import { REPOSITORY } from "../support/source-files.ts";
import { withWorkshop, type Workshop, type WorkshopOptions } from "../support/workshop.ts";

const VECTORS = join(REPOSITORY, "test/vectors/signing");
const DOCUMENTS = { sbom: ["spdx", "cyclonedx"], provenance: true };
const TYPES = ["spdxjson", "cyclonedx", "slsaprovenance1"];

interface Signed {
  readonly workshop: Workshop;
  readonly outputs: LixImageOutputs;
  /** With its tag. */
  readonly image: string;
}

async function withSigned(
  { key = "cosign.key", ...options }: WorkshopOptions & { readonly key?: string },
  args: object,
  use: (signed: Signed) => Promise<void>,
): Promise<void> {
  await withWorkshop(options, async (workshop) => {
    const sign = { keyFile: join(VECTORS, key) };
    const { code, stdout, stderr } = await workshop.push(
      { ...DOCUMENTS, sign, ...args },
      { COSIGN_PASSWORD: PASSWORD },
    );
    assert.equal(code, 0, stderr);
    const outputs: LixImageOutputs = JSON.parse(stdout);
    await use({ workshop, outputs, image: `${workshop.registry.host}/acme/lix:latest` });
  });
}

const cosign = (...args: readonly string[]): Promise<string> =>
  runPeer("cosign", ...args, "--allow-http-registry");
const verify = (kind: string, image: string, key: string, ...more: string[]): Promise<string> =>
  cosign(kind, image, "--key", join(VECTORS, key), "--insecure-ignore-tlog", ...more);

for (const [key, publicKey] of [
  ["cosign.key", "cosign.pub"],
  ["ed25519.pem", "ed25519.pub"],
  ["rsa-pkcs8.pem", "rsa.pub"],
] as const)
  test(
    `cosign verifies what ${key} signed in its form and in that of before, and no other key`,
    { skip: needs("cosign") },
    () =>
      withSigned({ key }, {}, async ({ image }) => {
        for (const bundles of ["true", "false"]) {
          const form = `--new-bundle-format=${bundles}`;
          await verify("verify", image, publicKey, form);
          for (const type of TYPES)
            await verify("verify-attestation", image, publicKey, form, "--type", type);
          await assert.rejects(verify("verify", image, "sec1.pub", form), /no matching/);
        }
      }),
  );

test(
  "cosign verifies the index and each platform, where there is a referrers API and where there is none",
  { skip: needs("cosign") },
  async () => {
    const systems = ["x86_64-linux", "aarch64-linux"] as const;
    for (const referrersApi of [true, false])
      await withSigned(
        { world: { systems }, registry: { referrersApi } },
        { systems, sbom: "spdx", provenance: false },
        async ({ outputs, image }) => {
          const digests = Object.values(outputs.platforms).map(({ digest }) => digest);
          for (const digest of [outputs.digest, ...digests]) {
            const one = image.replace(/:latest$/, `@${digest}`);
            await verify("verify", one, "cosign.pub", "--new-bundle-format=true");
            await verify("verify", one, "cosign.pub", "--new-bundle-format=false");
            await verify("verify-attestation", one, "cosign.pub", "--type", "spdxjson");
          }
        },
      );
  },
);

test(
  "what cosign signs afterwards is kept, and what it signed by our key is not signed again",
  { skip: needs("cosign") },
  () =>
    withSigned({}, {}, async ({ workshop, outputs, image }) => {
      const one = image.replace(/:latest$/, `@${outputs.digest}`);
      process.env["COSIGN_PASSWORD"] = PASSWORD;
      const how = ["--use-signing-config=false", "--tlog-upload=false", "--yes"];
      const signWith = (key: string, form: string): Promise<string> =>
        cosign("sign", one, "--key", join(VECTORS, key), `--new-bundle-format=${form}`, ...how);
      await signWith("rsa-cosign.key", "false");
      await signWith("rsa-cosign.key", "true");
      delete process.env["COSIGN_PASSWORD"];
      const sign = { keyFile: join(VECTORS, "cosign.key") };
      const again = await workshop.push({ ...DOCUMENTS, sign }, { COSIGN_PASSWORD: PASSWORD });
      assert.equal(again.code, 0, again.stderr);
      for (const key of ["cosign.pub", "rsa.pub"])
        for (const form of ["true", "false"])
          await verify("verify", image, key, `--new-bundle-format=${form}`);
      const tag = SignatureManifest.tag(Digest.parse(outputs.digest), "sig");
      const { manifests, tags } = workshop.registry.store.repository("acme/lix");
      const bytes = manifests.get(tags.get(tag) ?? "")?.bytes ?? Buffer.of();
      assert.equal(SignatureManifest.parse(bytes)?.signatures.length, 2);
    }),
);

test(
  "the five commands of docs/trust.md check an image, and find what was changed in it",
  { skip: needs("cosign", "skopeo", "umoci", "nix-store", "jq") },
  () =>
    withSigned({}, {}, async ({ workshop, image }) => {
      const { folder, registry } = workshop;
      const text = await readFile(join(REPOSITORY, "docs/trust.md"), "utf8");
      const [script] = codeBlocks({ file: "docs/trust.md", text }).filter(({ code }) =>
        code.startsWith("IMAGE="),
      );
      assert.ok(script);
      await cp(join(VECTORS, "cosign.pub"), join(folder, "cosign.pub"));
      // The registry has no TLS here.
      const code = script.code
        .replaceAll("ghcr.io/acme/lix:latest", image)
        .replaceAll(/\bcosign (verify\S*)/g, `${findPeer("cosign")} $1 --allow-http-registry`)
        .replaceAll("skopeo copy", "skopeo copy --src-tls-verify=false");
      assert.ok(registry.host !== "" && code.includes(image));
      const run = async (commands: string): Promise<string> => {
        const bash = ["-euo", "pipefail", "-c", commands];
        return (await promisify(execFile)("bash", bash, { cwd: folder })).stdout;
      };
      assert.match(await run(code), /docker-manifest-digest/);
      const lines = code.trim().split("\n");
      const last = lines.slice(lines.findIndex((line) => line.startsWith("jq -r")));
      assert.equal(await run(last.join("\n")), "");
      await run("echo changed >> $(find bundle/rootfs/nix/store -type f | head -n 1)");
      assert.match(await run(last.join("\n")), /^\/nix\/store\/\S+ differs\n$/);
    }),
);
