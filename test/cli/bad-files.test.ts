/** Files that the system will not let us use, in every place where one is named. */
import assert from "node:assert/strict";
import { chmod, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { test } from "node:test";
import { withWorkshop, type Workshop } from "../support/workshop.ts";

/** Puts something at the path that cannot be read as a file. */
const SPOILS: readonly (readonly [what: string, spoil: (path: string) => Promise<void>])[] = [
  ["a folder", (path) => mkdir(path)],
  ["a link to itself", (path) => symlink(path, path)],
  [
    "a link through a file",
    async (path) => {
      await writeFile(`${path}.file`, "");
      await symlink(`${path}.file/x`, path);
    },
  ],
  ["a link to a name that is too long", (path) => symlink("n".repeat(300), path)],
  [
    "a file that this user may not read",
    async (path) => {
      await writeFile(path, "");
      await chmod(path, 0);
    },
  ],
];

interface Place {
  readonly path: (workshop: Workshop) => string | Promise<string>;
  readonly command: (workshop: Workshop, path: string) => Promise<string[]>;
}

const PLACES: Readonly<Record<string, Place>> = {
  "the arguments": {
    path: ({ folder }) => join(folder, "args2.json"),
    command: (_, path) => Promise.resolve(["plan", path]),
  },
  "the lock": {
    path: ({ folder }) => join(folder, "other.lock.json"),
    command: async (workshop, path) => ["plan", await workshop.writeArgs({ lock: path })],
  },
  "the flake registry": {
    path: ({ folder }) => join(folder, "registry.json"),
    command: async (workshop, path) => ["plan", await workshop.writeArgs({ flakeRegistry: path })],
  },
  "a docker archive": {
    path: ({ folder }) => join(folder, "image.tar"),
    command: (_, path) => Promise.resolve(["inspect", "--docker-archive", path]),
  },
  "the index of a layout": {
    path: ({ folder }) => join(folder, "layout/index.json"),
    command: ({ folder }) => Promise.resolve(["inspect", "--oci", join(folder, "layout")]),
  },
  "a manifest in a layout": {
    async path({ folder }) {
      const blobs = join(folder, "layout/blobs/sha256");
      const { manifests } = JSON.parse(
        await readFile(join(folder, "layout/index.json"), "utf8"),
      ) as {
        manifests: readonly { digest: string }[];
      };
      return join(blobs, manifests[0]?.digest.slice(7) ?? "");
    },
    command: ({ folder }) => Promise.resolve(["inspect", "--oci", join(folder, "layout")]),
  },
};

test("every file that cannot be read is named, with a code and a hint", async (t) =>
  withWorkshop({}, async (workshop) => {
    const { folder } = workshop;
    const built = await workshop.run(
      "build",
      await workshop.writeArgs({}),
      "--oci",
      "whole",
      "--json",
    );
    assert.equal(built.code, 0, built.stderr);
    for (const [name, { path, command }] of Object.entries(PLACES))
      for (const [what, spoil] of SPOILS) {
        // Root may read all.
        if (what.includes("may not read") && process.getuid?.() === 0) {
          t.diagnostic(`NOT TESTED as root: ${name} is ${what}`);
          continue;
        }
        await cp(join(folder, "whole"), join(folder, "layout"), { recursive: true });
        const at = await path(workshop);
        await rm(at, { recursive: true, force: true });
        await spoil(at);
        const { code, stdout, stderr } = await workshop.run(...(await command(workshop, at)));
        await rm(at, { recursive: true, force: true });
        await rm(join(folder, "layout"), { recursive: true });
        const shown = `${name} is ${what}: ${stderr}`;
        assert.equal(code, 1, shown);
        assert.equal(stdout, "", shown);
        assert.match(stderr, /\[[A-Z0-9_]+\]/, shown);
        assert.doesNotMatch(stderr, /INTERNAL_ERROR|^ +at /m, shown);
        assert.ok(stderr.includes(basename(at)) || stderr.includes(join(folder, "layout")), shown);
      }
    assert.ok((await readdir(folder)).includes("whole"));
  }));

test("a lock and arguments in UTF-16 are refused, with a hint", async () =>
  withWorkshop({}, async (workshop) => {
    const { folder } = workshop;
    const file = join(folder, "utf16.json");
    await writeFile(file, Buffer.from("\ufeff{}", "utf16le"));
    for (const command of [
      ["plan", file],
      ["plan", await workshop.writeArgs({ lock: file })],
    ]) {
      const { code, stderr } = await workshop.run(...command);
      assert.equal(code, 1);
      assert.ok(stderr.includes(`${file}: expected a text in UTF-8`), stderr);
      assert.match(stderr, /NOT_UTF8\]\n +hint: save the file as UTF-8/);
    }
  }));
