/** What is wrong with `user`, `config`, `annotations` and `files`, beyond what the schema can say. @module */
import type { LixImageSpec } from "./schema.ts";
import { Reserved } from "../formats/rootfs/accounts.ts";
import { ImageUser } from "../formats/rootfs/image-user.ts";
import { InvalidArgument } from "../plan/invalid-argument.ts";
import { AbsolutePath } from "./absolute-path.ts";
import { JsonPath } from "./json-path.ts";

export const runtimeMistakes = (args: LixImageSpec): InvalidArgument[] => [
  ...userMistakes(args.user),
  ...envMistakes(args.config.env ?? {}),
  ...emptyKeys(["config", "labels"], args.config.labels ?? {}),
  ...emptyKeys(["annotations"], args.annotations),
  ...Object.entries(args.files).flatMap(([path, file]) => [...fileMistakes(path, file, args)]),
];

/** Root where none is given, or the given one is wrong. */
export function imageUser(user: LixImageSpec["user"]): ImageUser {
  if (user === undefined) return ImageUser.root;
  if (user === "any") return ImageUser.any;
  const { name, uid, gid = uid, home = `/home/${name}`, shell } = user;
  const group = Reserved.group(gid) ?? name;
  return { kind: "fixed", name, uid, gid, group, home, shell };
}

function* userMistakes(user: LixImageSpec["user"]): Generator<InvalidArgument> {
  if (user === undefined || user === "any") return;
  const taken = Reserved.user(user);
  if (taken !== undefined || Reserved.isGroupName(user.name))
    yield InvalidArgument.expected(
      taken !== undefined && taken !== user.name ? "user.uid" : "user.name",
      "a user of its own",
      `that of ${taken ?? user.name}, which every image has`,
    );
  const gid = user.gid ?? user.uid;
  if (Reserved.group(gid) === "nixbld")
    yield InvalidArgument.expected("user.gid", "another group", "that of Nix's build users");
  const home = user.home ?? `/home/${user.name}`;
  if (OCCUPIED.some((folder) => AbsolutePath.isIn(home, folder) || AbsolutePath.isIn(folder, home)))
    yield InvalidArgument.expected(
      "user.home",
      "a directory of its own, such as /home/lix",
      `${home}, which the base system has`,
    );
}

/** A home may be anywhere else. */
const OCCUPIED = [
  ...["/bin", "/dev", "/etc", "/lib64", "/nix", "/proc", "/root", "/sys", "/tmp", "/usr"],
  "/var/tmp",
];

function* envMistakes(env: NonNullable<LixImageSpec["config"]["env"]>): Generator<InvalidArgument> {
  for (const [name, value] of Object.entries(env)) {
    const path = JsonPath.format(["config", "env", name]);
    if (name === "" || /[=\0]/.test(name))
      yield InvalidArgument.expected(path, "a name without =", "a name that no variable can have");
    const values = typeof value === "string" ? [value] : Object.values(value ?? {});
    if (values.some((each) => each?.includes("\0") === true))
      yield InvalidArgument.expected(path, "a value without NUL", "one with NUL");
    // As a Dockerfile would have it; no runtime replaces it.
    if (typeof value === "string" && new RegExp(`\\$(\\{${name}\\}|${name}\\b)`).test(value))
      yield InvalidArgument.expected(
        path,
        "a value to be taken literally",
        `one with $${name} in it`,
        `to keep what is there, write { prepend: "…" } or { append: "…" }`,
      );
  }
}

const emptyKeys = (path: JsonPath, record: Readonly<Record<string, unknown>>): InvalidArgument[] =>
  Object.hasOwn(record, "")
    ? [InvalidArgument.expected(JsonPath.format(path), "keys that are not empty", "an empty one")]
    : [];

const KINDS = ["text", "source", "target", "directory"] as const;

function* fileMistakes(
  path: string,
  file: LixImageSpec["files"][string],
  args: LixImageSpec,
): Generator<InvalidArgument> {
  const where = `files[${JSON.stringify(path)}]`;
  const place = placeMistake(path, args);
  if (place !== undefined) yield InvalidArgument.expected(where, ...place);
  const given = KINDS.filter((kind) => file[kind] !== undefined);
  if (given.length !== 1)
    yield InvalidArgument.expected(
      where,
      "one of text, source, target and directory",
      given.length === 0 ? "none" : given.join(" and "),
    );
  if (file.target?.includes("\0") === true)
    yield InvalidArgument.expected(`${where}.target`, "a path", "one with NUL");
  if (file.target !== undefined && file.mode !== undefined)
    yield InvalidArgument.expected(`${where}.mode`, "nothing", "a mode, and a link has none");
}

type Mistake = readonly [expected: string, got: string, hint?: string];

function placeMistake(path: string, args: LixImageSpec): Mistake | undefined {
  if (!AbsolutePath.is(path))
    return ['an absolute path without "." and "..", as the key', "another key"];
  if (path.split("/").some((name) => name.startsWith(".wh.")))
    return ["another name", "one that begins with .wh., which deletes a file in an image"];
  if (AbsolutePath.isIn(path, "/nix"))
    return [
      "a path outside of /nix",
      "one in it, where everything is Nix's",
      "packages come into the image by extraPkgs; a link to one can stand anywhere else",
    ];
  const mounted = MOUNTED.find((folder) => AbsolutePath.isIn(path, folder));
  if (mounted !== undefined)
    return ["another path", `one in ${mounted}, which every container has of its own`];
  if (args.user === "any" && AbsolutePath.isIn(path, ImageUser.any.home))
    return [
      "a path outside of the home",
      "one in it, which the user makes at the start",
      "put it below /etc/skel, which is copied into the home",
    ];
  return undefined;
}

const MOUNTED = ["/dev", "/proc", "/sys"];
