import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Bytes } from "../../../provider/base/bytes.ts";
import { withLog } from "../../../provider/base/log.ts";
import { loading, pushing } from "../../../provider/image/progress.ts";
import { publish } from "../../../provider/app/publish.ts";
import { Session } from "../../../provider/app/session.ts";
import { destinationsOf } from "../../../provider/app/destinations.ts";
import { planWithDigests } from "../../../provider/app/build-image.ts";
import { Digest } from "../../../provider/formats/oci/digest.ts";
import type { Blob } from "../../../provider/formats/oci/layer.ts";
import { LixImageInputs } from "../../../provider/arguments/schema.ts";
import { makeSpec } from "../../../provider/arguments/spec.ts";
import { NarInterrupted } from "../../../provider/substituter/chain.ts";
import { withWorkshop } from "../../support/workshop.ts";

/** Gets the lines of progress. */
const withLines =
  (use: (lines: string[], t: TestContext) => Promise<void>) =>
  (t: TestContext): Promise<void> => {
    const lines: string[] = [];
    const progress = (line: string): void => void lines.push(line);
    return withLog({ progress, warn: () => {}, info: () => {} }, () => use(lines, t));
  };

test(
  "layers that a plan waits for are counted, and then those that follow",
  withLines((lines, t) => {
    // No second is over, however slow the machine is.
    t.mock.timers.enable({ apis: ["setInterval"] });
    return withWorkshop({}, async ({ world, cache, folder }) => {
      const args = LixImageInputs.parse({ lock: world.lockFile, registry: "localhost:5000/acme" });
      const spec = makeSpec(args, { directory: folder, destination: "required" });
      const { platforms } = await planWithDigests(new Session(cache), spec);
      const said = lines.map((line) =>
        /^(?:([\d.]+) of ([\d.]+) kB of packages, )?(\d+) of (\d+) (more )?layers?: lix$/.exec(
          line,
        ),
      );
      assert.ok(!said.includes(null), lines.join("\n"));
      const begun = said.filter((match) => match?.[3] === "0");
      assert.deepEqual(
        begun.map((match) => match?.[5]),
        [undefined, "more "],
      );
      const counted = begun.reduce((sum, match) => sum + Number(match?.[4]), 0);
      assert.equal(counted, platforms[0]?.layers.length);
      const last = said.at(-1);
      assert.equal(last?.[3], last?.[4]);
      for (const end of said.filter((match) => match?.[3] === match?.[4]))
        assert.equal(end?.[1], end?.[2], "every byte is counted once");
    });
  }),
);

test(
  "bytes of packages are shown as they come, and a NAR that breaks is counted once",
  withLines((lines, t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    return withWorkshop({ world: { compressions: ["none"] } }, async ({ world, cache, folder }) => {
      const args = LixImageInputs.parse({ lock: world.lockFile, registry: "localhost:5000/acme" });
      const spec = makeSpec(args, { directory: folder, destination: "required" });
      const session = new Session(cache);
      // A second is over whenever the cache hands out a NAR's bytes, or breaks it.
      const { narSources } = session;
      const set = narSources.set.bind(narSources);
      let opened = 0;
      narSources.set = (key, source) => {
        const read = source.read.bind(source);
        source.read = async function* (info, reading, signal) {
          const isBroken = (opened += 1) === 3;
          for await (const part of read(info, reading, signal)) {
            yield part;
            t.mock.timers.tick(1_000);
            if (isBroken) throw new NarInterrupted(info.storePath, "a cache", undefined);
          }
        };
        return set(key, source);
      };
      await planWithDigests(session, spec);
      const ends = lines.map((line) => /^([\d.]+) of ([\d.]+) kB of .*, (\d+) of \3 /.exec(line));
      assert.ok(ends.some((end) => end !== null));
      for (const end of ends) assert.equal(end?.[1], end?.[2], "every byte is counted once");
      const bytes = lines.flatMap((line) => /^([\d.]+) of [\d.]+ kB of/.exec(line)?.[1] ?? []);
      assert.ok(new Set(bytes).size > 5, lines.join("\n"));
    });
  }),
);

const blobOf = (text: string): Blob => {
  const bytes = Bytes.fromText(text.repeat(1000));
  return { digest: Digest.of(bytes), size: bytes.length, open: () => Bytes.of(bytes) };
};

async function readAll(blobs: readonly Blob[], onChunk: () => void): Promise<void> {
  for (const blob of blobs)
    for await (const _ of blob.open()) {
      onChunk();
    }
}

test(
  "a push shows how much of the missing blobs is sent, numbers first",
  withLines(async (lines, t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const blobs = ["a", "bb", "ccc"].map(blobOf);
    const missing = new Set(blobs.slice(1).map(({ digest }) => digest));
    const second = (): void => t.mock.timers.tick(1_000);
    await pushing({ destination: "ghcr.io/acme/tools/web", blobs, missing }, async (counted) => {
      await readAll(counted.slice(1), second);
      second();
      second();
    });
    assert.deepEqual(lines, [
      "0.0 of 5.0 kB pushed: web → ghcr.io",
      "2.0 of 5.0 kB pushed: web → ghcr.io",
      "5.0 of 5.0 kB pushed: web → ghcr.io",
      "5.0 of 5.0 kB pushed, waiting for ghcr.io (2 s): web → ghcr.io",
      "5.0 of 5.0 kB pushed: web → ghcr.io",
    ]);
  }),
);

test(
  "a blob that is sent twice counts once",
  withLines(async (lines) => {
    const blobs = ["a", "bb"].map(blobOf);
    await pushing(
      { destination: "/srv/images/lix.tar", blobs, missing: undefined },
      async (each) => {
        await readAll(each, () => {});
        await readAll(each, () => {});
      },
    );
    assert.equal(lines.at(-1), "3.0 of 3.0 kB pushed: lix.tar");
  }),
);

test(
  "a push of nothing prints nothing, unless it takes long",
  withLines(async (lines, t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const what = {
      destination: "ghcr.io/acme/web",
      blobs: [blobOf("a")],
      missing: new Set<Digest>(),
    };
    await pushing(what, async () => {});
    assert.deepEqual(lines, []);
    await pushing(what, async () => {
      for (let at = 0; at < 2; at += 1) t.mock.timers.tick(1_000);
    });
    assert.deepEqual(lines, ["0 B to push, waiting for ghcr.io (2 s): web → ghcr.io"]);
  }),
);

test(
  "bytes that a daemon loads are counted",
  withLines(async (lines) => {
    const parts = ["a", "bb"].map(blobOf);
    await loading({ parts, place: "podman", name: "ghcr.io/acme/web" }, (lent) =>
      readAll(lent, () => {}),
    );
    assert.deepEqual(lines, [
      "0.0 of 3.0 kB loaded: web → podman",
      "3.0 of 3.0 kB loaded: web → podman",
    ]);
  }),
);

test(
  "a whole push to a registry counts every byte that it sends",
  withLines((lines) =>
    withWorkshop({}, async ({ world, registry, cache, folder }) => {
      const args = LixImageInputs.parse({
        lock: world.lockFile,
        registry: `${registry.host}/acme`,
      });
      const spec = makeSpec(args, { directory: folder, destination: "required" });
      const session = new Session(cache);
      const imagePlan = await planWithDigests(session, spec);
      await publish(session, imagePlan, destinationsOf(session, spec));
      const host = registry.host.replace(/\./g, "\\.");
      assert.match(lines.at(-1) ?? "", new RegExp(`^([\\d.]+) of \\1 kB pushed: lix → ${host}$`));
      lines.length = 0;
      await publish(session, imagePlan, destinationsOf(session, spec));
      assert.deepEqual(lines, [], "the second time there is nothing to say");
    }),
  ),
);
