/** What user, config, annotations, files and gcRoots make of an image's bytes. @module */
import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Session } from "../../../provider/app/session.ts";
import type { LixImageInputs } from "../../../sdk/args.ts";
import { buildImage, type BuiltImage } from "../../support/built-image.ts";
import { hasCode } from "../../support/has-code.ts";
import { makeWorld, type World } from "../../support/world.ts";

describe("the image", () => {
  let folder = "";
  let world: World;
  let session: Session;
  let plain: BuiltImage;
  const build = (args: LixImageInputs): Promise<BuiltImage> =>
    buildImage(session, { lock: world.lockFile, ...args });
  /** `mode owner` of a file. */
  const attributesOf = async (image: BuiltImage, path: string): Promise<string | undefined> =>
    (await image.files()).get(path)?.split(" ").slice(1, 3).join(" ");

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lix-image-"));
    world = await makeWorld(folder);
    session = new Session(join(folder, "cache"));
    plain = await build({});
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test("belongs with a user to that user, below /nix and in its home, and has the same contents", async () => {
    const image = await build({ user: { name: "lix", uid: 2_000_000, gid: 5 } });
    const [files, before] = [await image.files(), await plain.files()];
    for (const [path, file] of files) {
      const isUsers = /^\/(nix|home\/lix)(\/|$)/.test(path);
      assert.equal(file.split(" ")[2], isUsers ? "2000000:5" : "0:0", path);
      if (path.startsWith("/nix/store/"))
        assert.equal(file.replace(" 2000000:5 ", " 0:0 "), before.get(path), path);
    }
    assert.deepEqual(
      [...before.keys()].filter((path) => path.startsWith("/nix/store/") && !files.has(path)),
      [],
    );
  });

  test("lets with any user the group write where Nix does", async () => {
    const image = await build({ user: "any" });
    for (const path of [
      "/nix/store",
      "/nix/var/nix/db/db.sqlite",
      "/nix/var/nix/profiles",
      "/home",
    ])
      assert.equal(await attributesOf(image, path), "775 0:0", path);
    assert.ok(!(await image.files()).has("/home/user"));
  });

  test("has files as they are on disk, in one layer more, and its directories as they were", async () => {
    const source = join(folder, "run");
    await writeFile(source, "#!/bin/sh\n");
    await chmod(source, 0o700);
    const args: LixImageInputs = {
      files: { "/etc/run": { source }, "/etc/secret": { text: "x", mode: "0600", uid: 7 } },
    };
    const image = await build(args);
    const layersOf = ({ layers }: BuiltImage): string[] =>
      layers.map((each) => each.identity.diffId);
    assert.deepEqual(layersOf(image).slice(0, -1), layersOf(plain));
    assert.equal(await attributesOf(image, "/etc/run"), "755 0:0");
    assert.equal(await attributesOf(image, "/etc/secret"), "600 7:0");
    assert.equal(await attributesOf(image, "/etc"), await attributesOf(plain, "/etc"));
    await writeFile(source, "#!/bin/bash\n");
    assert.notEqual((await build(args)).digest, image.digest, "its contents count");
  });

  test("has settings and annotations where other tools read them, for several systems too", async () => {
    const image = await build({
      config: { labels: { own: "1" }, stopSignal: "SIGINT" },
      annotations: { own: "2", other: "3" },
    });
    const { root } = image.assembled.image;
    const { annotations } = JSON.parse(Buffer.from(root.bytes).toString()) as {
      readonly annotations: unknown;
    };
    assert.deepEqual(annotations, { own: "2", other: "3" });
    assert.equal(image.layers.at(-1)?.identity.diffId, plain.layers.at(-1)?.identity.diffId);
  });

  test("keeps with gcRoots: profile only what no profile names", async () => {
    const rootsOf = async (image: BuiltImage): Promise<number> =>
      [...(await image.files()).keys()].filter((path) => path.includes("/gcroots/docker/")).length;
    assert.ok((await rootsOf(plain)) > 10);
    assert.equal(await rootsOf(await build({ gcRoots: "profile" })), 3);
  });

  test("has no link into the store that leads nowhere", async () => {
    const target = `/nix/store/${"0".repeat(32)}-x/bin/x`;
    await assert.rejects(
      build({ files: { "/bin/x": { target } } }),
      (error: unknown) =>
        hasCode(error, "PATH_NOT_LOCKED") && error.message.startsWith('files["/bin/x"].target: '),
    );
  });

  test("has no program and no shell of a store path that it lacks", async () => {
    const missing = `/nix/store/${"0".repeat(32)}-x/bin/x`;
    for (const [argument, given] of [
      ["user.shell", { user: { name: "lix", uid: 1000, shell: missing } }],
      ["config.entrypoint[0]", { config: { entrypoint: [missing] } }],
      ["config.cmd[0]", { config: { cmd: [missing] } }],
    ] as const)
      await assert.rejects(
        build(given),
        (error: unknown) =>
          hasCode(error, "PATH_NOT_LOCKED") && error.message.startsWith(`${argument}: `),
      );
  });
});
