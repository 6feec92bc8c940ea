/**
 * Users and groups: root, nobody, the 32 build users and the one that the image runs as, in the order of
 * a Nix attribute set.
 * @see passwd(5), group(5), shadow(5)
 * @module
 */
import { ByteString } from "../../base/byte-string.ts";
import type { Owner } from "../../base/owner.ts";
import type { StorePath } from "../nix/store-path.ts";
import { ImageUser } from "./image-user.ts";

/** What the accounts' shells come from. */
export interface AccountPackages {
  readonly bashInteractive: StorePath;
  readonly shadow: StorePath;
}

/** Text of `/etc/passwd`. */
export function passwd(
  { bashInteractive, shadow }: AccountPackages,
  user: ImageUser = ImageUser.root,
): string {
  const shells = { bash: `${bashInteractive}/bin/bash`, nologin: `${shadow}/bin/nologin` };
  return lines(
    accounts(user).map(({ name, uid, gid, description, home, shell }) =>
      [name, "x", uid, gid, description, home, shell(shells)].join(":"),
    ),
  );
}

/** Text of `/etc/group`. */
export function group(user: ImageUser = ImageUser.root): string {
  return lines(
    groups(user).map(({ name, gid }) => {
      const members = accounts(user).filter((account) => account.group === name);
      return `${name}:x:${gid}:${members.map((account) => account.name).join(",")}`;
    }),
  );
}

/** Text of `/etc/shadow`: no account has a password. */
export function shadow(user: ImageUser = ImageUser.root): string {
  return lines(accounts(user).map(({ name }) => `${name}:!:1::::::`));
}

/** The accounts and groups of every image, by name, without the user that the program chooses. */
export const Reserved = {
  user: (id: { readonly name: string; readonly uid: number }): string | undefined =>
    ACCOUNTS.find(({ name, uid }) => name === id.name || uid === id.uid)?.name,
  /** Name of the group of that number, where every image has it. */
  group: (gid: number): string | undefined => GROUPS.find((each) => each.gid === gid)?.name,
  isGroupName: (name: string): boolean => GROUPS.some((each) => each.name === name),
};

/** The names that `/etc/passwd` and `/etc/group` have. */
export const Accounts = {
  names: (
    user: ImageUser,
  ): { readonly users: readonly string[]; readonly groups: readonly string[] } => ({
    users: accounts(user).map(({ name }) => name),
    groups: groups(user).map(({ name }) => name),
  }),
};

/** An owner with the names that the image has for these numbers; "" where it has none. */
export function ownerNamed(
  { uid, gid }: Pick<Owner, "uid" | "gid">,
  user: ImageUser = ImageUser.root,
): Owner {
  const named = accounts(user).find((account) => account.uid === uid);
  const group = gid === user.gid ? user.group : Reserved.group(gid);
  return { uid, gid, user: named?.name ?? "", group: group ?? "" };
}

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly group: string;
  readonly description: string;
  readonly home: string;
  readonly shell: (of: { readonly bash: string; readonly nologin: string }) => string;
}

/** Nix's default `build-users-group`; nix.conf names it too. */
const BUILDERS = "nixbld";
const BUILDERS_GID = 30_000;
const BUILDER_COUNT = 32;
const NOBODY = 65_534;
const NO_HOME = "/var/empty";

const GROUPS = [
  { name: "root", gid: 0 },
  { name: BUILDERS, gid: BUILDERS_GID },
  { name: "nobody", gid: NOBODY },
] as const;

const ACCOUNTS: readonly Account[] = sortedByName([
  {
    name: "root",
    uid: 0,
    gid: 0,
    group: "root",
    description: "System administrator",
    home: "/root",
    shell: ({ bash }) => bash,
  },
  {
    name: "nobody",
    uid: NOBODY,
    gid: NOBODY,
    group: "nobody",
    description: "Unprivileged account (don't use!)",
    home: NO_HOME,
    shell: ({ nologin }) => nologin,
  },
  ...Array.from({ length: BUILDER_COUNT }, (_, index) => builder(index + 1)),
]);

function accounts(user: ImageUser): readonly Account[] {
  const { kind, name, uid, gid, group, home, shell } = user;
  if (kind === "root") return ACCOUNTS;
  const account = { name, uid, gid, group, home, description: "Nix user" };
  return sortedByName([...ACCOUNTS, { ...account, shell: ({ bash }) => shell ?? bash }]);
}

function groups(user: ImageUser): readonly { readonly name: string; readonly gid: number }[] {
  const own = GROUPS.some(({ gid }) => gid === user.gid)
    ? []
    : [{ name: user.group, gid: user.gid }];
  return sortedByName([...GROUPS, ...own]);
}

function builder(number: number): Account {
  return {
    name: `nixbld${number}`,
    uid: BUILDERS_GID + number,
    gid: BUILDERS_GID,
    group: BUILDERS,
    description: `Nix build user ${number}`,
    home: NO_HOME,
    shell: () => "/bin/false",
  };
}

// So nixbld10 stands before nixbld2.
function sortedByName<T extends { readonly name: string }>(items: readonly T[]): readonly T[] {
  return items.toSorted((a, b) => ByteString.compare(a.name, b.name));
}

const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join("");
