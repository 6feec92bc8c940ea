import assert from "node:assert/strict";
import { test } from "node:test";
import { readNarHashes } from "../../../provider/compare/nar-hashes.ts";
import { writeNar } from "../../../provider/formats/nix/nar-writer.ts";
import { sha256Hex } from "../../../provider/base/sha256.ts";
import { comparableImage } from "../../support/comparable-image.ts";
import { directory, file, pathOf, symlink } from "../../support/listed-store.ts";
import type { TarPart } from "../../support/tar.ts";

const store = pathOf("tool");
const inStore = (path: string, part: Omit<TarPart, "name"> = {}): TarPart => ({
  name: `${store.slice(1)}${path}`,
  ...part,
});
const TOOL: readonly TarPart[] = [
  inStore("/", { type: "5" }),
  inStore("/bin/", { type: "5" }),
  inStore("/bin/sh", { type: "2", target: "tool" }),
  inStore("/bin/tool", { contents: "#!", mode: 0o555 }),
  inStore("/bin.txt", { contents: "", mode: 0o444 }),
];
const HASH = sha256Hex(
  writeNar(
    directory({
      bin: directory({ sh: symlink("tool"), tool: { ...file("#!"), executable: true } }),
      "bin.txt": file(""),
    }),
  ),
);

async function hashesOf(...layers: readonly (readonly TarPart[])[]) {
  const image = comparableImage({ layers });
  return Object.fromEntries(await readNarHashes(image, image.platforms[0]?.layers ?? []));
}

test("a store path in a layer has the hash of its NAR", async () => {
  const single = pathOf("text");
  const other = { name: single.slice(1), contents: "text", mode: 0o444 };
  const etc = { name: "etc/passwd", contents: "x" };
  assert.deepEqual(await hashesOf([etc, ...TOOL, other, etc], [etc]), {
    [store]: HASH,
    [single]: sha256Hex(writeNar(file("text"))),
  });
});

test("a file that was changed, added, left out or moved gives another hash", async () => {
  const [root, bin, ...rest] = TOOL;
  assert.ok(root && bin);
  for (const changed of [
    [root, bin, ...rest.slice(1)],
    [...TOOL, inStore("/more", { contents: "x" })],
    [...TOOL.slice(0, -1), inStore("/bin.txt", { contents: "", mode: 0o555 })],
    [root, ...rest.slice(2), bin, ...rest.slice(0, 2)],
  ]) {
    const { [store]: hash, ...more } = await hashesOf(changed);
    assert.notEqual(hash, HASH);
    assert.deepEqual(more, {});
  }
});

test("a path that another layer changes, or that Nix would not write, has no hash", async () => {
  for (const layers of [
    [TOOL, [inStore("/bin/tool", { contents: "evil" })]],
    [TOOL, [inStore("/.wh.bin", { contents: "" })]],
    [[...TOOL, inStore("/link", { type: "1", target: `${store.slice(1)}/bin/tool` })]],
    [[...TOOL, inStore("/lost/file", { contents: "x" })]],
  ])
    assert.deepEqual(await hashesOf(...layers), { [store]: undefined });
});

test("files that are changed through a link elsewhere are noticed, and hidden paths are not there", async () => {
  const through = { name: `short/${store.slice(11)}/bin/tool`, contents: "evil" };
  const link = { name: "short", type: "2", target: "/nix/store" };
  assert.deepEqual(await hashesOf([link], TOOL, [through]), { [store]: undefined });
  const added = { name: `a/../nix/store/${store.slice(11)}/more`, contents: "x" };
  assert.deepEqual(await hashesOf(TOOL, [added]), { [store]: undefined });
  for (const name of [`nix/store/.wh.${store.slice(11)}`, "nix/.wh..wh..opq"])
    assert.deepEqual(await hashesOf(TOOL, [{ name, contents: "" }]), {});
});
