/** What ORAS and regclient find attached to an image, and what becomes of what they attach themselves. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { ociLayoutDestination } from "../../provider/destination/oci-layout.ts";
import { detach } from "../../provider/destination/registry-attachments.ts";
import { registryDestination } from "../../provider/destination/registry.ts";
import type { Image } from "../../provider/formats/oci/image.ts";
import { RegistryClient } from "../../provider/registry/client.ts";
import { listReferrers } from "../../provider/registry/referrers.ts";
import { attachedTo as attach, withAttached } from "../support/attached.ts";
import { DISTRIBUTIONS, withDockerRegistry } from "../support/docker-registry.ts";
import { needs, runPeer } from "../support/peers.ts";
import { withTestRegistry } from "../support/registry.ts";
import { sampleImage, sampleIndex } from "../support/sample-image.ts";

const TYPES = ["application/spdx+json", "application/vnd.cyclonedx+json"] as const;
const INDEX = withAttached(
  sampleIndex(sampleImage("for amd64"), sampleImage("for arm64")),
  ...TYPES,
);

const clientOf = (host: string): RegistryClient =>
  new RegistryClient(
    { host, name: "acme/lix", plainHttp: true },
    { credentials: async () => undefined },
  );

interface Listed {
  readonly digest: string;
  readonly artifactType: string;
}

const setOf = (listed: readonly Listed[] = []): Set<string> =>
  new Set(listed.map(({ digest, artifactType }) => `${digest} ${artifactType}`));
const attachedTo = (subject: string): Set<string> =>
  setOf(INDEX.attachments?.filter((each) => each.subject === subject));

async function orasFinds(subject: string, image: string, option: string): Promise<void> {
  const args = ["discover", option, `${image}@${subject}`, "--format=json"];
  const { referrers } = JSON.parse(await runPeer("oras", ...args)) as { referrers: Listed[] };
  assert.deepEqual(setOf(referrers), attachedTo(subject));
}

async function regctlFinds(
  subject: string,
  image: string,
  ...options: readonly string[]
): Promise<void> {
  const format = ["--format", "{{json .Descriptors}}"];
  const args = [...options, "artifact", "list", `${image}@${subject}`, ...format];
  const listed = JSON.parse(await runPeer("regctl", ...args)) as Listed[];
  assert.deepEqual(setOf(listed), attachedTo(subject));
}

async function requireFound(host: string): Promise<void> {
  for (const { digest } of [INDEX.root, ...INDEX.children]) {
    await orasFinds(digest, `${host}/acme/lix`, "--plain-http");
    await regctlFinds(digest, `${host}/acme/lix`, "--host", `reg=${host},tls=disabled`);
  }
}

const CLIENTS = ["oras", "regctl"] as const;

for (const program of DISTRIBUTIONS)
  test(
    `${program} lists under tags what other clients find, attach and keep`,
    { skip: needs(program, ...CLIENTS) },
    () =>
      withDockerRegistry({ program }, async (host) => {
        const client = clientOf(host);
        const destination = registryDestination(client);
        await destination.publish(INDEX, { tags: ["latest"] });
        await requireFound(host);

        // Another client's entry stays, while four of ours write at once.
        await withTempDir(async (folder) => {
          const file = join(folder, "theirs.txt");
          await writeFile(file, "theirs");
          const at = `${host}/acme/lix:latest`;
          const options = ["--plain-http", "--disable-path-validation"];
          const what = ["--artifact-type", "their/type", at, `${file}:text/plain`];
          await runPeer("oras", "attach", ...options, ...what);
        });
        const more = [1, 2, 3, 4].map((at) => attach(INDEX.root, "text/plain", `number ${at}`));
        await Promise.all(
          more.map((each) => {
            const image: Image = { ...INDEX, attachments: [each] };
            return registryDestination(clientOf(host)).publish(image, { tags: ["latest"] });
          }),
        );
        const types = async (): Promise<(string | undefined)[]> =>
          (await listReferrers(client, INDEX.root.digest)).map(({ artifactType }) => artifactType);
        assert.deepEqual(
          (await types()).sort(),
          [...TYPES, "their/type", ...more.map((each) => each.artifactType)].sort(),
        );

        await detach(client, [...more, ...(INDEX.attachments ?? [])], undefined);
        assert.deepEqual(await types(), ["their/type"]);
        assert.deepEqual(
          new Set(await client.listTags()),
          new Set(["latest", INDEX.root.digest.replace(":", "-")]),
        );
      }),
  );

test("other clients find what is attached by the referrers API", { skip: needs(...CLIENTS) }, () =>
  withTestRegistry(async ({ host }) => {
    await registryDestination(clientOf(host)).publish(INDEX, { tags: ["latest"] });
    await requireFound(host);
  }),
);

test("other clients find what is attached in an OCI layout", { skip: needs(...CLIENTS) }, () =>
  withTempDir(async (folder) => {
    const layout = join(folder, "layout");
    await ociLayoutDestination(layout).publish(INDEX, { tags: ["latest"] });
    // ORAS finds in a layout by digest only what index.json itself names.
    await orasFinds(INDEX.root.digest, layout, "--oci-layout");
    for (const { digest } of [INDEX.root, ...INDEX.children])
      await regctlFinds(digest, `ocidir://${layout}`);
  }),
);
