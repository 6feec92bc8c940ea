/**
 * A layer's file system as tar entries: depth first, siblings bytewise by name, as nix2container has
 * them. This is the order of a NAR, too, so store paths stream through.
 * @module
 */
import { ByteString } from "../../base/byte-string.ts";
import { lixError } from "../../errors/lix-error.ts";
import type { NarEvent } from "../nix/nar-event.ts";
import type { StorePath } from "../nix/store-path.ts";
import type { TarItem } from "../tar/pack.ts";
import type { LayerDirectory, LayerNode } from "./layer-tree.ts";

/** `narEvents` opens a store path; it is asked for one at a time, in the tar's order. */
export async function* layerEntries(
  root: LayerDirectory,
  narEvents: (path: StorePath) => AsyncIterable<NarEvent>,
): AsyncGenerator<TarItem> {
  yield { kind: "directory", path: "/", mode: root.mode, owner: root.owner };
  yield* below("", root, narEvents);
}

async function* below(
  parent: ByteString,
  directory: LayerDirectory,
  narEvents: (path: StorePath) => AsyncIterable<NarEvent>,
): AsyncGenerator<TarItem> {
  const sorted = [...directory.entries].sort(([a], [b]) => ByteString.compare(a, b));
  for (const [name, node] of sorted) {
    const path = `${parent}/${name}`;
    if (node.kind === "store path") yield* storePathEntries(node, narEvents);
    else yield* nodeItems(path, node);
    if (node.kind === "directory") yield* below(path, node, narEvents);
  }
}

type OwnNode = Exclude<LayerNode, { readonly kind: "store path" }>;

function* nodeItems(path: ByteString, node: OwnNode): Generator<TarItem> {
  const { mode, owner } = node;
  switch (node.kind) {
    case "directory":
      yield { kind: "directory", path, mode, owner };
      break;
    case "symlink":
      yield { kind: "symlink", path, mode, owner, target: node.target };
      break;
    case "regular":
      yield { kind: "regular", path, mode, owner, size: node.contents.length };
      yield { kind: "contents", bytes: node.contents };
      break;
  }
}

async function* storePathEntries(
  { storePath, owner }: Extract<LayerNode, { readonly kind: "store path" }>,
  narEvents: (path: StorePath) => AsyncIterable<NarEvent>,
): AsyncGenerator<TarItem> {
  for await (const event of narEvents(storePath)) {
    if (event.kind === "contents") {
      yield event;
      continue;
    }
    refuseWhiteout(storePath, event.path);
    const path = event.path === "" ? storePath : `${storePath}/${event.path}`;
    switch (event.kind) {
      case "directory":
        yield { kind: "directory", path, mode: 0o555, owner };
        break;
      case "symlink":
        yield { kind: "symlink", path, mode: 0o777, owner, target: event.target };
        break;
      case "regular": {
        const mode = event.executable ? 0o555 : 0o444;
        yield { kind: "regular", path, mode, owner, size: event.size };
        break;
      }
    }
  }
}

// image-spec layer.md#whiteouts: a file of this name deletes another one when the image is unpacked.
function refuseWhiteout(storePath: StorePath, path: ByteString): void {
  if (path.startsWith(".wh.", path.lastIndexOf("/") + 1))
    throw lixError("WHITEOUT_NAME", { storePath, path });
}
