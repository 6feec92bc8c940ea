/** Programs that the arguments name and the image does not have: nothing would start, or nobody could log in. @module */
import { posix } from "node:path";
import { ByteString } from "../base/byte-string.ts";
import type { Listing } from "../formats/nix/listing.ts";
import { STORE_DIR, StorePath } from "../formats/nix/store-path.ts";
import type { Directory } from "../formats/nix/tree.ts";
import type { GeneratedPath } from "../formats/rootfs/generated.ts";
import { DEFAULT_PROFILE } from "../formats/rootfs/image-user.ts";
import { mergeTrees } from "../formats/rootfs/merge-trees.ts";
import { namedPrograms } from "./named-programs.ts";
import { configOf, type PlatformInput } from "./platform-input.ts";

interface ImageContents {
  readonly baseSystem: Directory;
  readonly files: Directory | undefined;
  readonly storePaths: Iterable<StorePath>;
  readonly generated: ReadonlyMap<StorePath, GeneratedPath>;
  readonly listingOf: (path: StorePath) => Listing | undefined;
}

/** One warning for each program of `user.shell`, `config.entrypoint` and `config.cmd` that is certainly not there. */
export function missingPrograms(input: PlatformInput, image: ImageContents): string[] {
  const named = namedPrograms(input).filter(([, program]) => isLookedUp(program));
  if (named.length === 0) return [];
  const root = rootOf(input, image);
  const isMissing = (path: string): boolean => isAbsent(root, path);
  return named.flatMap(([argument, program]) => {
    const isPath = program.startsWith("/");
    const places = isPath ? [program] : searchPath(input).map((folder) => `${folder}/${program}`);
    // Without a PATH the runtime has one of its own.
    if (places.length === 0 || !places.every(isMissing)) return [];
    const where = isPath ? "" : " in a folder of PATH";
    return [`${argument}: the image has no ${program}${where}; ${advice(program, isMissing)}`];
  });
}

// "-c" is an option of the bash that our own entrypoint starts. A relative path may be in a folder that is mounted.
const isLookedUp = (program: string): boolean => /^\/|^[^-/][^/]*$/.test(program);

/** Folders whose contents the image does not decide: mounts, and the home that a user makes at the start. */
function comesLater(input: PlatformInput): ByteString[] {
  const { user } = input;
  const volumes = configOf(input).Volumes ?? [];
  const homes = user.kind === "any" ? [user.home] : [];
  return ["/dev", "/proc", "/sys", ...volumes, ...homes].map(ByteString.fromText);
}

function searchPath(input: PlatformInput): string[] {
  const variable = configOf(input).Env.find((each) => each.startsWith("PATH="));
  const folders = variable?.slice("PATH=".length).split(":") ?? [];
  return folders.filter((folder) => folder.startsWith("/"));
}

function advice(program: string, isMissing: (path: string) => boolean): string {
  const inProfile = `${DEFAULT_PROFILE}/bin/${posix.basename(program)}`;
  const link = program.startsWith("/") ? ", or make a link to that with `files`" : "";
  if (isMissing(inProfile)) return `add its package to extraPkgs and use ${inProfile}${link}`;
  return `use ${inProfile}${link}${program === "/bin/bash" ? ", or set `compat`, which adds it" : ""}`;
}

/** A file of the image; "unknown" where it may be anything: in a store path that nobody has listed, and in a mount. */
type Node =
  | { readonly kind: "directory"; readonly entries: ReadonlyMap<ByteString, Node> }
  | { readonly kind: "symlink"; readonly target: ByteString }
  | { readonly kind: "regular" | "unknown" };

function rootOf(input: PlatformInput, image: ImageContents): Node {
  const { baseSystem, files, storePaths, generated, listingOf } = image;
  const store = new Map<ByteString, Node>();
  for (const path of storePaths) {
    const known = generated.get(path)?.tree ?? listingOf(path)?.root;
    store.set(StorePath.baseName(path), known ?? UNKNOWN);
  }
  const root = files === undefined ? baseSystem : mergeTrees(baseSystem, files);
  const withStore = put(root, namesOf(STORE_DIR), directory(store));
  return comesLater(input).reduce((at, path) => put(at, namesOf(path), UNKNOWN), withStore);
}

const UNKNOWN: Node = { kind: "unknown" };

function put(root: Node, [name, ...below]: readonly ByteString[], node: Node): Node {
  if (name === undefined) return node;
  const entries = new Map<ByteString, Node>(root.kind === "directory" ? root.entries : []);
  return directory(entries.set(name, put(entries.get(name) ?? EMPTY, below, node)));
}

const directory = (entries: ReadonlyMap<ByteString, Node>): Node => ({
  kind: "directory",
  entries,
});
const EMPTY = directory(new Map());

// Linux follows no more links in one look-up.
const MAX_LINKS = 40;

/** Whether nothing is there, after links. */
function isAbsent(root: Node, path: string): boolean {
  let at = [root];
  let links = 0;
  const pending = namesOf(ByteString.fromText(path)).toReversed();
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === "..") {
      if (at.length > 1) at.pop();
      continue;
    }
    const parent = at.at(-1);
    if (parent?.kind === "unknown") return false;
    const node = parent?.kind === "directory" ? parent.entries.get(name) : undefined;
    if (node === undefined) return true;
    if (node.kind !== "symlink") {
      at.push(node);
      continue;
    }
    if ((links += 1) > MAX_LINKS) return true;
    if (node.target.startsWith("/")) at = [root];
    pending.push(...namesOf(node.target).toReversed());
  }
  return false;
}

const namesOf = (path: ByteString): ByteString[] =>
  path.split("/").filter((name) => name !== "" && name !== ".");
