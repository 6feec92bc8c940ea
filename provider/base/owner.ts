/** Who owns a file in an image: what a NAR does not say, and a tar header does. @module */
import type { ByteString } from "./byte-string.ts";

export interface Owner {
  /** 0 to 2^31-1. */
  readonly uid: number;
  readonly gid: number;
  /** As in `/etc/passwd`; empty when the image has no such user. */
  readonly user: ByteString;
  /** As in `/etc/group`; empty when the image has no such group. */
  readonly group: ByteString;
}

/** Who owns `/nix` and everything below it. */
export interface StoreOwner extends Owner {
  /** Whether the group may write wherever the owner writes. */
  readonly groupWrites?: boolean | undefined;
}

export const Owner = {
  root: { uid: 0, gid: 0, user: "root", group: "root" } satisfies Owner,
  equals: (a: Owner, b: Owner): boolean =>
    a.uid === b.uid && a.gid === b.gid && a.user === b.user && a.group === b.group,
};
