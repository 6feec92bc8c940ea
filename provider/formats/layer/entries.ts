/**
 * A layer's file system as tar entries: depth first, siblings bytewise by name, as nix2container has
 * them. This is the order of a NAR, too, so store paths stream through.
 * @module
 */
import { ByteString } from "../../base/byte-string.ts";
import { lixError } from "../../errors/lix-error.ts";
import type { NarEvent } from "../nix/nar-event.ts";
import { NarParser } from "../nix/nar-reader.ts";
import { writeNar } from "../nix/nar-writer.ts";
import type { StorePath } from "../nix/store-path.ts";
import type { TarItem } from "../tar/pack.ts";
import type { LayerDirectory, StorePathLeaf, StorePathOwner } from "./layer-tree.ts";

/** A store path stands for the entries of its NAR, which {@link narItem} makes. */
export function* layerEntries(root: LayerDirectory): Generator<TarItem | StorePathLeaf, void> {
  yield { kind: "directory", path: "/", mode: root.mode, owner: root.owner };
  yield* below("", root);
}

function* below(
  parent: ByteString,
  directory: LayerDirectory,
): Generator<TarItem | StorePathLeaf, void> {
  const sorted = [...directory.entries].sort(([a], [b]) => ByteString.compare(a, b));
  for (const [name, node] of sorted) {
    const path = `${parent}/${name}`;
    switch (node.kind) {
      case "store path":
        yield node;
        break;
      case "generated path":
        for (const event of new NarParser().push(writeNar(node.tree))) yield narItem(node, event);
        break;
      case "directory":
        yield { kind: "directory", path, mode: node.mode, owner: node.owner };
        yield* below(path, node);
        break;
      case "symlink": {
        const { mode, owner, target } = node;
        yield { kind: "symlink", path, mode, owner, target };
        break;
      }
      case "regular": {
        const { mode, owner, contents } = node;
        yield { kind: "regular", path, mode, owner, size: contents.length };
        yield { kind: "contents", bytes: contents };
        break;
      }
    }
  }
}

/** What the layer has for an event of a store path's NAR. */
export function narItem({ storePath, owner }: StorePathOwner, event: NarEvent): TarItem {
  if (event.kind === "contents") return event;
  refuseWhiteout(storePath, event.path);
  const path = event.path === "" ? storePath : `${storePath}/${event.path}`;
  switch (event.kind) {
    case "directory":
      return { kind: "directory", path, mode: 0o555, owner };
    case "symlink":
      return { kind: "symlink", path, mode: 0o777, owner, target: event.target };
    case "regular": {
      const mode = event.executable ? 0o555 : 0o444;
      return { kind: "regular", path, mode, owner, size: event.size };
    }
  }
}

// image-spec layer.md#whiteouts: a file of this name deletes another one when the image is unpacked.
function refuseWhiteout(storePath: StorePath, path: ByteString): void {
  if (path.startsWith(".wh.", path.lastIndexOf("/") + 1))
    throw lixError("WHITEOUT_NAME", { storePath, path });
}
