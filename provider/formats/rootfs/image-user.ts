/**
 * The user that a container of the image runs as, and that Nix works for in it.
 * @see https://github.com/NixOS/nix/blob/master/docker.nix (uid, gid, uname, gname)
 * @module
 */
import { ByteString } from "../../base/byte-string.ts";
import { Owner, type StoreOwner } from "../../base/owner.ts";

export interface ImageUser {
  /** `"any"`: a user that the cluster chooses when it starts the container, in group 0. */
  readonly kind: "root" | "fixed" | "any";
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Name of the group. */
  readonly group: string;
  readonly home: string;
  /** Undefined: the image's bash. */
  readonly shell: string | undefined;
}

const ROOT: ImageUser = {
  kind: "root",
  name: "root",
  uid: 0,
  gid: 0,
  group: "root",
  home: "/root",
  shell: undefined,
};

/** @see https://docs.openshift.com/container-platform/latest/openshift_images/create-images.html */
const ANY: ImageUser = {
  kind: "any",
  name: "user",
  // What Red Hat's images have: a cluster replaces it, and Docker runs as it.
  uid: 1001,
  gid: 0,
  group: "root",
  home: "/home/user",
  shell: undefined,
};

export const ImageUser = {
  /** docker.nix's. */
  root: ROOT,
  any: ANY,

  /** Who owns the home, and what the program puts into it. */
  owner: ({ uid, gid, name, group }: ImageUser): Owner => ({ uid, gid, user: name, group }),

  /** Who owns `/nix`. If the user is not known yet, root owns it and its group may write. */
  storeOwner: (user: ImageUser): StoreOwner =>
    user.kind === "any" ? { ...Owner.root, groupWrites: true } : ImageUser.owner(user),

  /** The profile of the channels. */
  channels: (user: ImageUser): string =>
    user.kind === "any"
      ? // Lix changes the mode of per-user whenever it opens the store, which only its owner may.
        `${PROFILES}/channels`
      : `${PROFILES}/per-user/${user.name}/channels`,

  /** Where the image holds what belongs into the home: one that is not there yet is copied from it. */
  homeInImage: (user: ImageUser): ByteString =>
    user.kind === "any" ? SKELETON : ByteString.fromText(user.home),
};

export const PROFILES = "/nix/var/nix/profiles";
export const DEFAULT_PROFILE = `${PROFILES}/default`;
/** @see useradd(8) */
export const SKELETON = "/etc/skel";
