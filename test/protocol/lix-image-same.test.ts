/** What changes around an image without changing it: there is nothing to do then, and nothing is done. */
import assert from "node:assert/strict";
import { readFile, rename, symlink, writeFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { formatLock } from "../../provider/lock/write-lock.ts";
import { parseLock } from "../../provider/lock/read-lock.ts";
import {
  assertNothingAsked,
  changes,
  done,
  editState,
  recorded,
  stateOf,
  takeLog,
} from "./fixtures/image-results.ts";
import { given, ONE_IMAGE, withImage } from "./fixtures/with-image.ts";
import { withHost } from "./host/host.ts";

test("a state that another version of the package wrote shows no change", async () => {
  await withImage(ONE_IMAGE, async ({ host, registry, packages }) => {
    await done(host.up());
    takeLog(registry);
    packages.log.length = 0;
    for (const edit of [
      // Newer: it had more to say, and says it in another way.
      {
        __provider: 'exports.handler = () => { return require("pulumi-lix/provider"); };',
        __state: "of another version",
        laterSetting: "sha256:0000",
        laterFlag: true,
      },
      // Older: it had fewer arguments and outputs.
      {
        maxLayers: undefined,
        verifyBlobs: undefined,
        platforms: undefined,
        size: undefined,
        drift: undefined,
      },
    ])
      editState(host, (state) => {
        const { inputs, outputs } = state;
        return JSON.parse(
          JSON.stringify({
            ...state,
            inputs: { ...inputs, ...edit },
            outputs: { ...outputs, ...edit },
          }),
        ) as typeof state;
      });
    assert.deepEqual(changes(await done(host.up())), []);
    assertNothingAsked({ registry, packages });
    assert.equal(stateOf(host).inputs["laterSetting"], undefined);
  });
});

test("another folder, another order of keys and an unused attribute of the lock show no change", async () => {
  await withImage(ONE_IMAGE, async ({ host, registry, packages, folder, env, world }) => {
    const nixConf = { cores: 4, "max-jobs": 2 };
    await done(host.up(given({ nixConf })));
    const { digest } = recorded(host);

    const moved = join(folder, "moved");
    await mkdir(moved);
    for (const file of ["index.ts", "package.json"])
      await rename(join(folder, file), join(moved, file));
    await symlink(join(folder, "node_modules"), join(moved, "node_modules"));
    const lock = parseLock(await readFile(world.lockFile, "utf8"), world.lockFile);
    const [name, system] = [...lock.systems][0] ?? assert.fail();
    const unused = system.packages.get("tree") ?? assert.fail();
    const packagesOfLock = new Map([...system.packages, ["unused", unused]]);
    const systems = new Map([[name, { ...system, packages: packagesOfLock }]]);
    await writeFile(join(moved, "lix-image.lock.json"), formatLock({ ...lock, systems }));

    takeLog(registry);
    packages.log.length = 0;
    await withHost({ program: moved, env }, async (other) => {
      other.state = host.state;
      const reordered = given({ nixConf: { "max-jobs": 2, cores: 4 } });
      assert.deepEqual(changes(await done(other.up(reordered))), []);
      assertNothingAsked({ registry, packages });
      assert.equal(recorded(other).digest, digest);
    });
  });
});
