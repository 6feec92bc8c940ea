/**
 * The file system of an image: its layers laid over each other, as container runtimes do it.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#applying-changesets
 * @module
 */
import { ByteString } from "../base/byte-string.ts";
import { lixError } from "../errors/lix-error.ts";
import type { Digest } from "../formats/oci/digest.ts";
import { ImageFile } from "./image-file.ts";
import type { HardLink, LayerFiles } from "./layer-files.ts";

/** A file in the file system, and what is in it. */
export interface FileNode {
  readonly file: ImageFile;
  /** The layer that it came with. */
  readonly layer: Digest;
  /** Empty unless it is a directory. */
  readonly entries: ReadonlyMap<ByteString, FileNode>;
}

export interface LayerOfFiles {
  readonly digest: Digest;
  readonly files: LayerFiles;
}

/** First layer first. Each is asked for when the ones before it are in place. */
export async function fileSystem(layers: AsyncIterable<LayerOfFiles>): Promise<FileNode> {
  let root: Draft | undefined;
  for await (const { digest, files } of layers) {
    root ??= newNode(ImageFile.implied, digest);
    // First, because they hide only what is in the layers below.
    for (const entry of files) hideEntry(root, { ...entry, layer: digest });
    for (const entry of files) addEntry(root, { ...entry, layer: digest });
  }
  if (root === undefined) throw new RangeError("an image without layers");
  return root;
}

/** The node at a path. */
export function nodeAt(root: FileNode, path: ByteString): FileNode | undefined {
  let node: FileNode | undefined = root;
  for (const name of path.split("/")) if (name !== "") node = node?.entries.get(name);
  return node;
}

interface Draft extends FileNode {
  file: ImageFile;
  layer: Digest;
  readonly entries: Map<ByteString, Draft>;
}

const newNode = (file: ImageFile, layer: Digest): Draft => ({
  file,
  layer,
  entries: file.kind === "directory" ? new Map() : NO_ENTRIES,
});

/** A map for each file would take more memory than all else that is kept of it. Only directories are written to. */
const NO_ENTRIES = new Map<ByteString, Draft>();

interface Added {
  readonly path: ByteString;
  readonly file: ImageFile | HardLink;
  readonly layer: Digest;
}

const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";

function hideEntry(root: Draft, { path, layer }: Added): void {
  if (!isWhiteout(path)) return;
  const { parent, name } = placeOf(root, path, layer);
  if (name === OPAQUE) parent.entries.clear();
  else parent.entries.delete(name.slice(WHITEOUT.length));
}

const isWhiteout = (path: ByteString): boolean =>
  path.startsWith(WHITEOUT, path.lastIndexOf("/") + 1);

function addEntry(root: Draft, { path, file, layer }: Added): void {
  if (isWhiteout(path)) return;
  const { parent, name } = placeOf(root, path, layer);
  const resolved = file.kind === "hard link" ? linkedFile(root, file, layer) : file;
  const node = name === "" ? root : parent.entries.get(name);
  if (node?.file.kind === "directory" && resolved.kind === "directory")
    Object.assign(node, { file: resolved, layer });
  else if (name !== "") parent.entries.set(ByteString.copy(name), newNode(resolved, layer));
}

function linkedFile(root: Draft, { target }: HardLink, layer: Digest): ImageFile {
  const { parent, name } = placeOf(root, target, layer);
  const file = parent.entries.get(name)?.file;
  if (file === undefined || file.kind === "directory")
    throw lixError("IMAGE_INCONSISTENT", {
      digest: layer,
      problem: `a hard link to /${ByteString.toText(target)}, which is no file`,
    });
  return file;
}

// Linux follows no more links in one path, and takes no longer path: 4096 bytes, a slash after each name.
const MOST_LINKS = 40;
const MOST_LEVELS = 2048;

/** Links on the way are followed inside the image, and directories that are missing are made. */
function placeOf(
  root: Draft,
  path: ByteString,
  layer: Digest,
): { readonly parent: Draft; readonly name: ByteString } {
  const names = path.split("/");
  const name = names.pop() ?? "";
  const way: [Draft, ...Draft[]] = [root];
  const left = names.reverse();
  const inconsistent = (problem: string): Error =>
    lixError("IMAGE_INCONSISTENT", { digest: layer, problem });
  for (let links = 0; left.length > 0;) {
    const next = left.pop() ?? "";
    if (next === "" || next === ".") continue;
    if (next === "..") {
      if (way.length > 1) way.pop();
      continue;
    }
    const at = way.at(-1) ?? root;
    const node = at.entries.get(next);
    if (node?.file.kind === "symlink") {
      if ((links += 1) > MOST_LINKS) throw inconsistent("too many links on the way to a file");
      const target = node.file.contents;
      if (target.startsWith("/")) way.length = 1;
      left.push(...target.split("/").reverse());
      continue;
    }
    if (way.length > MOST_LEVELS) throw inconsistent(`more than ${MOST_LEVELS} levels of files`);
    way.push(node?.file.kind === "directory" ? node : newDirectory(at, next, layer));
  }
  return { parent: way.at(-1) ?? root, name };
}

function newDirectory(parent: Draft, name: ByteString, layer: Digest): Draft {
  const node = newNode(ImageFile.implied, layer);
  parent.entries.set(ByteString.copy(name), node);
  return node;
}
