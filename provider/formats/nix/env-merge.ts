/**
 * The merge policy of nixpkgs' buildEnv, one source tree at a time: what one source alone has becomes
 * one link, even a whole directory; what several sources have becomes a directory, as deep as needed.
 * The rules are those of its perl builder, with pathsToLink "/" and colliding contents compared.
 * @see https://github.com/NixOS/nixpkgs/blob/nixos-25.05/pkgs/build-support/buildenv/builder.pl
 * @module
 */
import { ByteString } from "../../base/byte-string.ts";
import { lixError } from "../../errors/lix-error.ts";
import { collision, differenceOf, showName } from "./env-collision.ts";
import type { EnvSource } from "./env-collision.ts";
import type { StorePath } from "./store-path.ts";
import { Tree } from "./tree.ts";
import type { Directory } from "./tree.ts";
import { UnknownListing } from "./virtual-store.ts";
import type { VirtualStore } from "./virtual-store.ts";

export interface MergeManner {
  /** A lower number wins, between files only. */
  readonly priority: number;
  /** Packages somebody asked for must not collide; propagated ones give way. */
  readonly collisions: "refuse" | "ignore";
}

/** What stands at a name: a link to the one source, or a directory that sources were merged into. */
type Entry =
  | { readonly kind: "link"; readonly source: EnvSource; readonly priority: number }
  | { readonly kind: "directory"; readonly source: EnvSource | undefined };

/** Names are "" for the root and "/bin/sh" below it. */
const ROOT = "";

export class EnvMerge {
  /** Store paths whose listings were missed; what needed them was skipped. */
  readonly needs = new Set<StorePath>();
  readonly warnings: string[] = [];
  readonly #store: VirtualStore;
  readonly #entries = new Map<ByteString, Entry>([
    [ROOT, { kind: "directory", source: undefined }],
  ]);

  constructor(store: VirtualStore) {
    this.#store = store;
  }

  add(source: EnvSource, manner: MergeManner): void {
    if (!isDirectory(this.#store, source.path))
      throw lixError("PACKAGE_IS_NO_DIRECTORY", {
        path: showName(source.path),
        label: source.label,
      });
    this.#visit(ROOT, source, manner);
  }

  /** Runs `work` unless it meets an unknown listing: that is noted, so the caller can go on. */
  attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof UnknownListing)) throw error;
      this.needs.add(error.storePath);
    }
  }

  tree(): Directory {
    const root = new Map<ByteString, Tree>();
    const opened = new Map([[ROOT, root]]);
    // Sorted, a directory comes before what is in it.
    for (const [name, entry] of [...this.#entries].sort(([a], [b]) => ByteString.compare(a, b))) {
      if (name === ROOT) continue;
      const slash = name.lastIndexOf("/");
      const siblings = opened.get(name.slice(0, slash));
      if (entry.kind === "link") {
        siblings?.set(name.slice(slash + 1), Tree.symlink(entry.source.path));
        continue;
      }
      const entries = new Map<ByteString, Tree>();
      opened.set(name, entries);
      siblings?.set(name.slice(slash + 1), { kind: "directory", entries });
    }
    return { kind: "directory", entries: root };
  }

  // The order of the questions is perl's: each answer may need a listing that is not here yet.
  #visit(name: ByteString, source: EnvSource, manner: MergeManner): void {
    if (isIgnored(name)) return;
    const store = this.#store;
    const old = this.#entries.get(name);
    const { priority } = manner;
    const link: Entry = { kind: "link", source, priority };

    if (old === undefined) {
      this.#warnIfDangling(name, source);
      this.#entries.set(name, link);
      return;
    }
    if (old.kind === "directory") {
      if (!isDirectory(store, source.path))
        throw collision(name, [old.source ?? source, source], "fileAndDirectory");
    } else {
      const oldPath = old.source.path;
      if (priority < old.priority && !isDirectory(store, oldPath)) {
        this.#warnIfDangling(name, source);
        this.#entries.set(name, link);
        return;
      }
      if (isSame(store, oldPath, source.path)) {
        // The real thing is linked rather than a link to it.
        if (isLink(store, oldPath) && !isLink(store, source.path)) this.#entries.set(name, link);
        return;
      }
      if (priority > old.priority && !isDirectory(store, oldPath)) return;
      if (!isDirectory(store, source.path) || !isDirectory(store, oldPath)) {
        if (manner.collisions === "ignore") return;
        const difference = differenceOf(store, oldPath, source.path);
        if (difference === undefined) return;
        throw collision(name, [old.source, source], difference);
      }
      this.#visitChildren(name, old.source, { ...manner, priority: old.priority });
    }
    this.#visitChildren(name, source, manner);
    this.#entries.set(name, { kind: "directory", source });
  }

  #visitChildren(name: ByteString, { path, label }: EnvSource, manner: MergeManner): void {
    const node = this.#store.stat(path);
    if (node?.kind !== "directory") return;
    for (const child of node.entries.keys())
      this.attempt(() =>
        this.#visit(`${name}/${child}`, { path: `${path}/${child}`, label }, manner),
      );
  }

  #warnIfDangling(name: ByteString, source: EnvSource): void {
    try {
      const node = this.#store.lstat(source.path);
      if (node?.kind === "symlink" && this.#store.stat(source.path) === undefined)
        this.warnings.push(
          `${showName(name)}: ${showName(source.path)} (${source.label}) links to ${ByteString.toText(node.target)}, which does not exist`,
        );
    } catch (error) {
      // A warning is not worth a download.
      if (!(error instanceof UnknownListing)) throw error;
    }
  }
}

// What two packages may both have without meaning the same; perl: "Urgh, hacky...".
function isIgnored(name: ByteString): boolean {
  return (
    name === "/propagated-build-inputs" ||
    name === "/nix-support" ||
    name.endsWith("info/dir") ||
    (name.startsWith("/share/mime/") && !name.startsWith("/share/mime/packages")) ||
    name.endsWith("/perllocal.pod") ||
    name.endsWith("/log")
  );
}

const isDirectory = (store: VirtualStore, path: ByteString): boolean =>
  store.stat(path)?.kind === "directory";

const isLink = (store: VirtualStore, path: ByteString): boolean =>
  store.lstat(path)?.kind === "symlink";

function isSame(store: VirtualStore, a: ByteString, b: ByteString): boolean {
  const real = store.realPath(a);
  return real !== undefined && real === store.realPath(b);
}
