/**
 * States that were written once are read for ever. A new version adds a file, and changes none: a user who
 * upgrades with such a state must see no change.
 */
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { listTree } from "../../support/list-tree.ts";
import { shortenListing } from "../../../provider/formats/nix/listing-json.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import { Tree } from "../../../provider/formats/nix/tree.ts";
import { DiffId, Digest } from "../../../provider/formats/oci/digest.ts";
import { ResourceState } from "../../../provider/resource/state.ts";

const FOLDER = join(import.meta.dirname, "../../golden/state");

const sha256 = (letter: string): string => `sha256:${letter.repeat(64)}`;
const MEDIA_TYPE = "application/vnd.oci.image.layer.v1.tar";

/** What the files say. */
const STATE: ResourceState = {
  lockSha256: "1".repeat(64),
  layers: new Map([
    [
      "2".repeat(64),
      {
        diffId: DiffId.parse(sha256("a")),
        digest: Digest.parse(sha256("b")),
        size: 12_345,
        mediaType: `${MEDIA_TYPE}+gzip`,
        compressor: "gzip:zlib-1.3.1-e00f703",
      },
    ],
    [
      "3".repeat(64),
      {
        diffId: DiffId.parse(sha256("c")),
        digest: Digest.parse(sha256("d")),
        size: 2 ** 40,
        mediaType: `${MEDIA_TYPE}+zstd`,
        compressor: "zstd:zstd-1.5.7",
      },
    ],
  ]),
  listings: new Map([
    [
      NarHash.of(Buffer.from("a package")),
      shortenListing(
        listTree(
          Tree.directory({
            bin: Tree.directory({ jq: Tree.file("an executable", true) }),
            "caf\xe9": Tree.file("not UTF-8", false),
            ["__proto__"]: Tree.symlink("bin/jq"),
            "nix-support": Tree.directory({
              "propagated-user-env-packages": Tree.file("/nix/store/x /nix/store/y\n", false),
            }),
          }),
        ),
      ),
    ],
    [NarHash.of(Buffer.from("a file")), shortenListing(listTree(Tree.file("alone", false)))],
  ]),
};

test("every state that a release has written is read whole", async () => {
  const files = await readdir(FOLDER);
  assert.ok(files.includes("v1.txt"));
  for (const file of files) {
    const text = (await readFile(join(FOLDER, file), "utf8")).replace(/\s/g, "");
    assert.deepEqual(ResourceState.parse(text), STATE, file);
  }
});
