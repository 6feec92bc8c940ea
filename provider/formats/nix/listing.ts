/**
 * A listing: what buildEnv must know of a store path, without its contents.
 * @module
 */
import * as crypto from "node:crypto";
import { ByteString } from "../../base/byte-string.ts";
import { lixError } from "../../errors/lix-error.ts";
import type { NarEvent } from "./nar-event.ts";

export interface ListedFile {
  readonly kind: "regular";
  readonly executable: boolean;
  readonly size: number;
  /** Lowercase hex of the contents' sha256, at least its first 24 digits (a state keeps no more). */
  readonly sha256: string;
}
export interface ListedLink {
  readonly kind: "symlink";
  readonly target: ByteString;
}
export interface ListedDirectory {
  readonly kind: "directory";
  /** Ascending by bytes. */
  readonly entries: ReadonlyMap<ByteString, ListingNode>;
}
export type ListingNode = ListedFile | ListedLink | ListedDirectory;

export interface Listing {
  readonly root: ListingNode;
  /** Text of `nix-support/propagated-user-env-packages`, if the path has that file. */
  readonly propagatedUserEnvPackages: string | undefined;
}

const PROPAGATED = "nix-support/propagated-user-env-packages";
/** Some hundred store paths; it is kept in memory and in the state. */
const PROPAGATED_LIMIT = 64 * 1024;

/** Lists a NAR as it streams by; its events come from a reader that has checked their order. */
export class ListingBuilder {
  #root: ListingNode | undefined;
  /** Those that are open, outermost first: events come depth first, and a path may have 16 KB. */
  readonly #open: OpenDirectory[] = [];
  #file: { path: ByteString; executable: boolean; size: number; hash: crypto.Hash } | undefined;
  #propagated: Uint8Array[] | undefined;

  add(event: NarEvent): void {
    if (event.kind === "contents") {
      this.#file?.hash.update(event.bytes);
      // A copy: the chunk it is a view of may be large, or reused.
      if (this.#file?.path === PROPAGATED) this.#propagated?.push(Uint8Array.from(event.bytes));
      return;
    }
    this.#endFile();
    switch (event.kind) {
      case "regular":
        this.#file = { ...event, hash: crypto.createHash("sha256") };
        if (event.path === PROPAGATED) {
          if (event.size > PROPAGATED_LIMIT)
            throw lixError("PROPAGATED_TOO_LONG", { size: event.size, most: PROPAGATED_LIMIT });
          this.#propagated = [];
        }
        break;
      case "symlink":
        this.#put(event.path, { kind: "symlink", target: event.target });
        break;
      case "directory": {
        const entries = new Map<ByteString, ListingNode>();
        this.#put(event.path, { kind: "directory", entries });
        this.#open.push({ path: event.path, entries });
        break;
      }
    }
  }

  /** After the last event. */
  finish(): Listing {
    this.#endFile();
    if (this.#root === undefined) throw new TypeError("finish() before the first event");
    const propagated = this.#propagated && Buffer.concat(this.#propagated).toString("utf8");
    return { root: this.#root, propagatedUserEnvPackages: propagated };
  }

  #endFile(): void {
    if (this.#file === undefined) return;
    const { path, executable, size, hash } = this.#file;
    this.#file = undefined;
    this.#put(path, { kind: "regular", executable, size, sha256: hash.digest("hex") });
  }

  #put(path: ByteString, node: ListingNode): void {
    if (path === "") {
      this.#root = node;
      return;
    }
    const slash = path.lastIndexOf("/");
    const parent = path.slice(0, Math.max(slash, 0));
    while (this.#open.length > 0 && this.#open.at(-1)?.path !== parent) this.#open.pop();
    this.#open.at(-1)?.entries.set(ByteString.copy(path.slice(slash + 1)), node);
  }
}

interface OpenDirectory {
  readonly path: ByteString;
  readonly entries: Map<ByteString, ListingNode>;
}
