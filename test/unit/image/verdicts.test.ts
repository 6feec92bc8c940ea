import assert from "node:assert/strict";
import { chmodSync, cpSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { LayerCache } from "../../../provider/image/layer-cache.ts";
import { writeNote } from "../../../provider/image/note.ts";
import { makeSecret, readSecret, secretFile } from "../../../provider/image/user-secret.ts";

const skip = process.platform !== "linux" && "elsewhere the folder cannot be chosen";

/** Another home for what belongs to the user of this machine. */
function asUserOf(t: TestContext, home: string): void {
  const before = process.env["XDG_STATE_HOME"];
  process.env["XDG_STATE_HOME"] = home;
  t.after(() => {
    if (before === undefined) delete process.env["XDG_STATE_HOME"];
    else process.env["XDG_STATE_HOME"] = before;
  });
}

test(
  "a verdict counts for the user and the machine that reached it, and for its key",
  { skip },
  (t) =>
    withTempDir(async (dir) => {
      asUserOf(t, join(dir, "home"));
      const cache = new LayerCache(join(dir, "cache"));
      await cache.verdicts.add("good");
      assert.equal(await cache.verdicts.has("good"), true);
      cpSync(join(cache.folder, "locks/good"), join(cache.folder, "locks/bad"));
      assert.equal(await cache.verdicts.has("bad"), false);
      process.env["XDG_STATE_HOME"] = join(dir, "another home");
      assert.equal(await cache.verdicts.has("good"), false, "nobody has decided here yet");
      await cache.verdicts.add("other");
      assert.equal(await cache.verdicts.has("good"), false);
    }),
);

test(
  "an empty file with a verdict's name, or a note made without the secret, is no verdict",
  { skip },
  (t) =>
    withTempDir(async (dir) => {
      asUserOf(t, join(dir, "home"));
      const cache = new LayerCache(join(dir, "cache"));
      await cache.verdicts.add("good");
      const file = join(cache.folder, "locks/bad");
      writeFileSync(file, "");
      assert.equal(await cache.verdicts.has("bad"), false);
      for (const note of ["", "0".repeat(64), true]) {
        await writeNote(file, note);
        assert.equal(await cache.verdicts.has("bad"), false);
      }
    }),
);

test(
  "the secret is made once, for its user's eyes, and not used when others may read it",
  { skip },
  () =>
    withTempDir(async (dir) => {
      const file = secretFile({ XDG_STATE_HOME: dir });
      const made = await makeSecret(file);
      assert.match(made ?? "", /^[0-9a-f]{64}$/);
      assert.equal(await makeSecret(file), made);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      chmodSync(file, 0o640);
      assert.equal(await readSecret(file), undefined);
      assert.notEqual(await makeSecret(file), made);
    }),
);

test("if no secret can be kept, nothing is remembered and nothing fails", { skip }, (t) =>
  withTempDir(async (dir) => {
    const home = join(dir, "home");
    writeFileSync(home, "a file, so that even root makes no folder here");
    asUserOf(t, home);
    const cache = new LayerCache(join(dir, "cache"));
    await cache.verdicts.add("good");
    assert.equal(await cache.verdicts.has("good"), false);
  }),
);
