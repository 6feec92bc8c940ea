/**
 * The text of `/etc/nix/nix.conf`: `key = value` lines, sorted by key.
 * @see https://docs.lix.systems/manual/lix/stable/command-ref/conf-file.html
 * @module
 */
import { ByteString } from "../../base/byte-string.ts";
import { lixError } from "../../errors/lix-error.ts";
import { ImageUser } from "./image-user.ts";

export type NixConfScalar = string | number | boolean;
export type NixConfValue = NixConfScalar | readonly NixConfScalar[];

// docker.nix's defaults. The container has no user namespaces to build a sandbox from.
const DEFAULTS = new Map<string, NixConfValue>([
  ["sandbox", "false"],
  ["build-users-group", "nixbld"],
  ["trusted-public-keys", ["cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY="]],
]);

// If only one user builds, root must not give /nix/store to a group of builders, which Nix otherwise does at
// its start.
const ONE_USER = { "build-users-group": "" };

/** The defaults with `overrides` merged over them, key by key. */
export function nixConf(
  overrides: Readonly<Record<string, NixConfValue>>,
  user: Pick<ImageUser, "kind"> = ImageUser.root,
): string {
  const settings = [
    ...withDefaults(user.kind === "root" ? overrides : { ...ONE_USER, ...overrides }),
  ];
  const mistakes = settings.flatMap(([key, value]) => mistakesOf(key, value));
  if (mistakes.length > 0) throw lixError("INVALID_NIX_CONF", { mistakes });
  return settings
    .sort(([a], [b]) => ByteString.compare(ByteString.fromText(a), ByteString.fromText(b)))
    .map(([key, value]) => `${key} = ${words(value).map(String).join(" ")}\n`)
    .join("");
}

/** In no order: the file sorts them. */
export const withDefaults = (
  overrides: Readonly<Record<string, NixConfValue>>,
): ReadonlyMap<string, NixConfValue> => new Map([...DEFAULTS, ...Object.entries(overrides)]);

const words = (value: NixConfValue): readonly NixConfScalar[] =>
  typeof value === "object" ? value : [value];

// For Nix, a key ends at the first blank, and a comment begins at "#".
const KEY = /^[^\s=#]+$/;

function mistakesOf(key: string, value: NixConfValue): string[] {
  const name = JSON.stringify(key);
  return [
    ...(KEY.test(key) ? [] : [`the key ${name} is empty, or holds a blank, newline, = or #`]),
    ...words(value).flatMap((word) => {
      if (typeof word === "string" && word.includes("\n"))
        return [`${name}: a value holds a newline`];
      // 1e21 would not be written as an integer, and 2^53+1 not as itself.
      if (typeof word === "number" && !Number.isSafeInteger(word))
        return [`${name}: ${word} is not a safe integer`];
      return [];
    }),
  ];
}
