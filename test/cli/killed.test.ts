/**
 * `kill -9` at any moment of a build and a push. `KILLS=100` tries as many, `KILL_SEED=n` the same
 * moments again, as far as the machine is as fast.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { globSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startCli, type CliResult, type RunningCli } from "../support/cli.ts";
import { withWorkshop, type Workshop } from "../support/workshop.ts";

const KILLS = Number(process.env["KILLS"] ?? 6);
const SEED = Number(process.env["KILL_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** Between 0 and 1, the same for the same seed. */
function moment(index: number): number {
  const hash = createHash("sha256").update(`${SEED} ${index}`).digest();
  return hash.readUInt32BE(0) / 2 ** 32;
}

test(`killed at ${KILLS} moments, the next run succeeds with the same image and leaves nothing behind`, (t) =>
  withWorkshop({}, async (workshop) => {
    t.diagnostic(`KILL_SEED=${SEED}`);
    const tmp = join(workshop.folder, "tmp");
    mkdirSync(tmp);
    const push = (): Promise<RunningCli> => workshop.startPush({}, { TMPDIR: tmp });
    const begun = performance.now();
    const { digest } = succeeded(await (await push()).ended);
    const whole = performance.now() - begun;
    forget(workshop);
    let killed = 0;
    for (let index = 0; index < KILLS; index += 1) {
      const what = `kill ${index} of seed ${SEED}`;
      const { child, ended } = await push();
      await sleep(moment(index) * whole);
      child.kill("SIGKILL");
      if ((await ended).code === null) killed += 1;
      assertTagsWhole(workshop, digest, what);

      assert.equal(succeeded(await (await push()).ended, what).digest, digest, what);
      assertTagsWhole(workshop, digest, what);
      assert.equal(repositoryOf(workshop)?.tags.get("latest"), digest, what);
      assert.deepEqual(workshop.temporaryFiles(), [], what);
      assert.deepEqual(globSync("v1/working/*", { cwd: workshop.cache }), [], what);
      assert.deepEqual(globSync("out/**/*.tmp", { cwd: workshop.folder }), [], what);
      assert.deepEqual(readdirSync(tmp), [], what);
      // Every second time what was made before is there, so that the kill comes later in the push.
      if (index % 2 === 0) forget(workshop);
      else forgetPushed(workshop);
    }
    t.diagnostic(`${killed} of ${KILLS} were killed before they had ended`);
  }));

test("the next verify removes the temporary folder of one that was killed", () =>
  withWorkshop({}, async (workshop) => {
    const tmp = join(workshop.folder, "tmp");
    mkdirSync(tmp);
    const args = await workshop.writeArgs({});
    succeeded(await workshop.run("build", args, "--oci", "out", "--json"));
    const verify = (): RunningCli =>
      startCli(["verify", args, "--oci", "out"], {
        cache: workshop.cache,
        directory: workshop.folder,
        env: { TMPDIR: tmp },
      });
    const { child, ended } = verify();
    for (const signal = AbortSignal.timeout(30_000); readdirSync(tmp).length === 0;) {
      signal.throwIfAborted();
      await sleep(5);
    }
    child.kill("SIGKILL");
    await ended;
    assert.equal(readdirSync(tmp).length, 1);
    const { code, stderr } = await verify().ended;
    assert.equal(code, 0, stderr);
    assert.deepEqual(readdirSync(tmp), []);
  }));

const repositoryOf = ({ registry }: Workshop) => registry.store.repositories.get("acme/lix");

function succeeded({ code, stdout, stderr }: CliResult, what?: string): { digest: string } {
  assert.equal(code, 0, what === undefined ? stderr : `${what}: ${stderr}`);
  return JSON.parse(stdout);
}

function forgetPushed(workshop: Workshop): void {
  workshop.registry.store.repositories.clear();
  rmSync(workshop.output, { recursive: true, force: true });
}

function forget(workshop: Workshop): void {
  forgetPushed(workshop);
  rmSync(workshop.cache, { recursive: true, force: true });
}

/** Where there is a tag, all that is below it is there as well, in the registry and in the layout. */
function assertTagsWhole(workshop: Workshop, digest: string, what: string): void {
  const repository = repositoryOf(workshop);
  for (const [tag, target] of repository?.tags ?? []) {
    assert.equal(target, digest, `${what}: ${tag}`);
    for (const blob of blobsOf(repository?.manifests.get(target)?.bytes))
      assert.ok(repository?.blobs.has(blob), `${what}: ${tag} has no ${blob}`);
  }
  const blobFile = (of: string): string => join(workshop.output, "blobs/sha256", of.slice(7));
  for (const index of globSync("index.json", { cwd: workshop.output })) {
    const { manifests } = JSON.parse(readFileSync(join(workshop.output, index), "utf8"));
    for (const manifest of manifests)
      for (const blob of [manifest.digest, ...blobsOf(readFileSync(blobFile(manifest.digest)))]) {
        const sha256 = createHash("sha256")
          .update(readFileSync(blobFile(blob)))
          .digest("hex");
        assert.equal(`sha256:${sha256}`, blob, what);
      }
  }
}

function blobsOf(manifest: Uint8Array | undefined): string[] {
  assert.ok(manifest, "a tag names a manifest that is there");
  const { config, layers } = JSON.parse(Buffer.from(manifest).toString());
  return [config, ...layers].map(({ digest }: { digest: string }) => digest);
}
