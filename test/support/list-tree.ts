import { ByteString } from "../../provider/base/byte-string.ts";
import { ListingBuilder, type Listing } from "../../provider/formats/nix/listing.ts";
import type { Tree } from "../../provider/formats/nix/tree.ts";

/** The listing that a NAR of this tree gives. */
export function listTree(tree: Tree): Listing {
  const builder = new ListingBuilder();
  const walk = (node: Tree, path: ByteString): void => {
    switch (node.kind) {
      case "regular": {
        const { kind, executable, contents } = node;
        builder.add({ kind, path, executable, size: contents.length });
        builder.add({ kind: "contents", bytes: contents });
        break;
      }
      case "symlink":
        builder.add({ kind: "symlink", path, target: node.target });
        break;
      case "directory":
        builder.add({ kind: "directory", path });
        for (const [name, child] of [...node.entries].sort(([a], [b]) => ByteString.compare(a, b)))
          walk(child, path === "" ? name : `${path}/${name}`);
        break;
    }
  };
  walk(tree, "");
  return builder.finish();
}
