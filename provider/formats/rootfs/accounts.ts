/**
 * Users and groups: root, nobody and the 32 build users, in the order of a Nix attribute set.
 * @see passwd(5), group(5), shadow(5)
 * @module
 */
import { ByteString } from "../../base/byte-string.ts";
import type { StorePath } from "../nix/store-path.ts";

/** What the accounts' shells come from. */
export interface AccountPackages {
  readonly bashInteractive: StorePath;
  readonly shadow: StorePath;
}

/** Text of `/etc/passwd`. */
export function passwd({ bashInteractive, shadow }: AccountPackages): string {
  const shells = { bash: `${bashInteractive}/bin/bash`, nologin: `${shadow}/bin/nologin` };
  return lines(
    ACCOUNTS.map(({ name, uid, gid, description, home, shell }) =>
      [name, "x", uid, gid, description, home, shell(shells)].join(":"),
    ),
  );
}

/** Text of `/etc/group`. */
export function group(): string {
  return lines(
    sortedByName([
      { name: "root", gid: 0 },
      { name: BUILDERS, gid: BUILDERS_GID },
      { name: "nobody", gid: NOBODY },
    ]).map(({ name, gid }) => {
      const members = ACCOUNTS.filter((account) => account.group === name);
      return `${name}:x:${gid}:${members.map((account) => account.name).join(",")}`;
    }),
  );
}

/** Text of `/etc/shadow`: nobody has a password. */
export function shadow(): string {
  return lines(ACCOUNTS.map(({ name }) => `${name}:!:1::::::`));
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
