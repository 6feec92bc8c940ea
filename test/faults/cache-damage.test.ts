/**
 * Every kind of file in the local cache, damaged in every way a disk or a person may: what is published
 * is the right image, or there is an error with a code. `CACHE_DAMAGES=1000` tries as many of each kind,
 * `CACHE_DAMAGE_SEED=n` the same ones again.
 */
import assert from "node:assert/strict";
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { LixImageError } from "../../provider/base/errors.ts";
import { publish } from "../../provider/app/publish.ts";
import { Session } from "../../provider/app/session.ts";
import { destinationsOf } from "../../provider/app/destinations.ts";
import { planWithDigests } from "../../provider/app/build-image.ts";
import { Digest } from "../../provider/formats/oci/digest.ts";
import { LixImageInputs } from "../../provider/arguments/schema.ts";
import { makeSpec } from "../../provider/arguments/spec.ts";
import { answersInFolder } from "../../provider/cli/lock/answer-folder.ts";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { withWorkshop, type Workshop } from "../support/workshop.ts";

const TIMES = Number(process.env["CACHE_DAMAGES"] ?? 6);
const SEED = Number(process.env["CACHE_DAMAGE_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

const KINDS = ["layers", "listings", "successors", "locks", "blobs"] as const;

/** Numbers below a bound, the same ones for the same seed (mulberry32). */
function randomness(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  };
}

type Random = (bound: number) => number;

/** Says what was done to the file. */
function damage(file: string, random: Random): string {
  const bytes = readFileSync(file);
  const at = random(Math.max(1, bytes.length));
  switch (random(6)) {
    case 0:
      writeFileSync(file, "");
      return "emptied";
    case 1:
      writeFileSync(file, bytes.subarray(0, at));
      return `cut off at ${at}`;
    case 2:
      writeFileSync(file, Buffer.concat([bytes.subarray(0, at + 1), bytes]));
      return `begun twice, at ${at + 1}`;
    case 3: {
      // The likeliest to make another note of the same shape.
      const digits = [...bytes.entries()].filter(([, byte]) => byte >= 0x30 && byte <= 0x39);
      const [place, digit] = digits[random(Math.max(1, digits.length))] ?? [at, 0x30];
      bytes[place] = 0x30 + ((digit - 0x30 + 1 + random(9)) % 10);
      writeFileSync(file, bytes);
      return `other digit at ${place}`;
    }
    default: {
      const bit = random(8);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      writeFileSync(file, bytes);
      return `bit ${bit} of byte ${at} flipped`;
    }
  }
}

/** Like a new process, it knows only what cache and state contain. */
async function publishOnce(workshop: Workshop, cache: string): Promise<Digest> {
  const session = new Session(cache);
  session.knownLayers.seed({ layers: await foreign(workshop), listings: new Map() });
  const spec = makeSpec(
    LixImageInputs.parse({
      lock: workshop.world.lockFile,
      registry: `${workshop.registry.host}/acme`,
    }),
    { directory: workshop.folder, destination: "required" },
  );
  const imagePlan = await planWithDigests(session, spec);
  const { assembled } = await publish(session, imagePlan, destinationsOf(session, spec));
  return assembled.image.root.digest;
}

/** The state names one layer as another machine's compressor made it, which has a successor here. */
async function foreign({ cache: folder }: Workshop) {
  const [file] = globSync("v1/layers/*.json", { cwd: folder }).sort();
  const key = /(\w+)\.json$/.exec(file ?? "")?.[1] ?? "";
  const known = await new Session(folder).cache.identity(key);
  if (known === undefined) return new Map();
  const digest = Digest.of(Buffer.from("other bytes for the same contents"));
  return new Map([[key, { ...known, digest, compressor: "gzip:another" }]]);
}

/** The tag names this image, and the registry has all of it. */
async function assertPublished({ registry }: Workshop, digest: Digest, what: string) {
  const { tags, manifests, blobs } = registry.store.repository("acme/lix");
  assert.equal(tags.get("latest"), digest, what);
  const manifest = manifests.get(digest);
  assert.ok(manifest, what);
  const { config, layers } = JSON.parse(Buffer.from(manifest.bytes).toString());
  for (const blob of [config, ...layers]) {
    assert.equal(blobs.get(blob.digest), blob.size, what);
    const chunks: Uint8Array[] = [];
    for await (const chunk of registry.store.read(blob.digest)) chunks.push(chunk);
    assert.equal(Digest.of(Buffer.concat(chunks)), blob.digest, what);
  }
}

test(`${TIMES} damages to each kind of file in the cache make no wrong image`, (t) =>
  withWorkshop({}, async (workshop) => {
    t.diagnostic(`CACHE_DAMAGE_SEED=${SEED}`);
    const random = randomness(SEED);
    const right = await publishOnce(workshop, workshop.cache);
    const [[, known] = []] = await foreign(workshop);
    assert.ok(known);
    const { cache } = new Session(workshop.cache);
    const [key = ""] = (await foreign(workshop)).keys();
    const made = await cache.identity(key);
    assert.ok(made);
    await cache.successors.add(known.digest, made);
    assert.equal(await publishOnce(workshop, workshop.cache), right);

    const { store } = workshop.registry;
    for (const kind of KINDS)
      for (let time = 0; time < TIMES; time += 1) {
        const copy = join(workshop.folder, "damaged");
        cpSync(workshop.cache, copy, { recursive: true });
        const files = globSync(`v1/${kind}/*`, { cwd: copy }).sort();
        assert.ok(files.length > 0, kind);
        const file = files[random(files.length)] ?? "";
        const what = `${file}: ${damage(join(copy, file), random)} (seed ${SEED})`;
        // The worst case: the registry has all blobs, so that none is made for it.
        const repository = store.repository("acme/lix");
        repository.manifests.clear();
        repository.tags.clear();
        if (random(2) === 0) repository.blobs.clear();
        try {
          assert.equal(await publishOnce(workshop, copy), right, what);
          await assertPublished(workshop, right, what);
        } catch (error) {
          if (!(error instanceof LixImageError)) throw error;
          assert.equal(repository.tags.size, 0, `${what}: ${error.message}`);
        }
        rmSync(copy, { recursive: true });
      }
  }));

test(`${TIMES * 10} damages to an answer for \`lock\` make no other answer`, (t) =>
  withTempDir(async (dir) => {
    t.diagnostic(`CACHE_DAMAGE_SEED=${SEED}`);
    const random = randomness(SEED);
    const folder = join(dir, "answers");
    const answer = { rev: "0123456789", paths: ["/nix/store/a", "/nix/store/b"] };
    await answersInFolder(folder).write("question", answer);
    const [file = ""] = globSync("*", { cwd: folder });
    const whole = readFileSync(join(folder, file));
    for (let time = 0; time < TIMES * 10; time += 1) {
      const what = damage(join(folder, file), random);
      const read = await answersInFolder(folder).read("question");
      assert.equal(read, undefined, `${what} (seed ${SEED})`);
      writeFileSync(join(folder, file), whole);
    }
  }));
