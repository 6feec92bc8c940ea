import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { assemble, type Assembled } from "../../../provider/app/assemble.ts";
import { withAttachments } from "../../../provider/app/attachments.ts";
import { planWithDigests, requireDigests } from "../../../provider/app/build-image.ts";
import type { ImagePlan } from "../../../provider/app/plan-image.ts";
import { Session } from "../../../provider/app/session.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { makeSpec } from "../../../provider/arguments/spec.ts";
import type { LixImageInputs } from "../../../sdk/args.ts";
import { collect } from "../../support/collect.ts";
import { parseInputs } from "../../support/parse-inputs.ts";
import { makeWorld } from "../../support/world.ts";

interface Planned {
  readonly imagePlan: ImagePlan;
  readonly assembled: Assembled;
}

async function plan(folder: string, args: LixImageInputs): Promise<Planned> {
  const session = new Session(join(folder, "..", "cache-of-documents"));
  const inputs = parseInputs({
    repository: "ghcr.io/acme/lix",
    lock: "lix-image.lock.json",
    ...args,
  });
  const spec = makeSpec(inputs, { directory: folder, destination: "required" });
  const imagePlan = await planWithDigests(session, spec);
  return { imagePlan, assembled: assemble(session, await requireDigests(session, imagePlan)) };
}

/** The documents by their type, for each manifest. */
async function documents({ imagePlan, assembled }: Planned) {
  const { image } = withAttachments(imagePlan, assembled);
  const attached = image.attachments ?? [];
  return Promise.all(
    attached.map(async ({ artifactType, subject, annotations, blobs }) => {
      const [blob] = blobs;
      const text = blob && Buffer.concat(await collect(blob.open())).toString("utf8");
      return { artifactType, subject, annotations, document: JSON.parse(text ?? "") };
    }),
  );
}

const SYSTEMS = ["x86_64-linux", "aarch64-linux"] as const;

test("what the program asks for is attached to each manifest and to the index", () =>
  withTempDir(async (folder) => {
    await makeWorld(folder, { systems: SYSTEMS });
    const all = { sbom: ["cyclonedx", "spdx"], provenance: true } as const;
    const planned = await plan(folder, { systems: SYSTEMS, ...all });
    const attached = await documents(planned);
    const { image } = planned.assembled;
    const types = [
      "application/spdx+json",
      "application/vnd.cyclonedx+json",
      "application/vnd.in-toto+json",
    ];
    assert.deepEqual(
      attached.map(({ subject, artifactType }) => [subject, artifactType]),
      [...image.children, image.root].flatMap(({ digest }) => types.map((type) => [digest, type])),
    );
    for (const { document, subject, annotations } of attached) {
      if (document.predicateType === undefined) continue;
      assert.equal(`sha256:${document.subject[0].digest.sha256}`, subject);
      assert.equal(annotations["in-toto.io/predicate-type"], document.predicateType);
    }

    // Nothing of it is in the image, and an SBOM is not made where none is asked for.
    const plain = await plan(folder, { systems: SYSTEMS });
    assert.equal(plain.assembled.image.root.digest, image.root.digest);
    assert.equal(plain.imagePlan.planKey, planned.imagePlan.planKey);
    assert.deepEqual(await documents(plain), []);
  }));

test("another machine makes the same documents, whatever its folders are called", () =>
  withTempDir(async (folder) => {
    const made: string[] = [];
    const settings: [string, string | number][] = [
      ["access-tokens", "github.com=ghp_0123456789012345678901234567890123456789"],
      ["cores", 4],
    ];
    for (const machine of ["one", "other"]) {
      const directory = join(folder, machine);
      await mkdir(directory);
      await makeWorld(directory);
      await writeFile(join(directory, `${machine}.txt`), "Hello\n");
      await writeFile(join(directory, "registry.json"), '{"flakes":[],"version":2}');
      const planned = await plan(directory, {
        sbom: ["spdx", "cyclonedx"],
        provenance: true,
        flakeRegistry: machine === "one" ? "registry.json" : join(directory, "registry.json"),
        files: { "/etc/motd": { source: `${machine}.txt`, mode: "0600" } },
        // In another order, too.
        nixConf: Object.fromEntries(machine === "one" ? settings : settings.toReversed()),
        config: { env: { API_TOKEN: "hunter2", GREETING: "hello" } },
        channelUrl: "https://me:hunter2@channels.example/x",
      });
      made.push(JSON.stringify(await documents(planned)));
    }
    assert.equal(made[0], made[1]);
    const [text = ""] = made;
    assert.doesNotMatch(text, /hunter2|ghp_0123/, "no secrets");
    assert.ok(!text.includes(folder), "no paths of this machine");
    const provenance = JSON.parse(text).at(-1).document.predicate.buildDefinition;
    const { files, config, flakeRegistry, lock } = provenance.externalParameters.arguments;
    assert.deepEqual(Object.keys(files["/etc/motd"]), ["mode", "narHash"]);
    assert.equal(config.env.GREETING, "hello");
    assert.match(flakeRegistry, /^\/nix\/store\/[0-9a-z]{32}-registry\.json$/);
    assert.equal(lock, undefined);
  }));
