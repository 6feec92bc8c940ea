/** What is wrong with `user`, `files` and what validate-config.ts checks, beyond what the schema can say. @module */
import type { LixImageSpec } from "./schema.ts";
import { NarLimits } from "../formats/nix/nar-limits.ts";
import { Reserved } from "../formats/rootfs/accounts.ts";
import { ImageUser } from "../formats/rootfs/image-user.ts";
import { InvalidArgument } from "../plan/invalid-argument.ts";
import { AbsolutePath } from "./absolute-path.ts";
import { configMistakes } from "./validate-config.ts";

/** @param incomplete the arguments that are unknown or wrong. */
export const runtimeMistakes = (
  args: LixImageSpec,
  incomplete: ReadonlySet<string> = new Set(),
): InvalidArgument[] => [
  ...userMistakes(args.user),
  ...configMistakes(args, incomplete.has("user") ? undefined : imageUser(args.user)),
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
  const length = AbsolutePath.lengthProblem(home, HOME_DEPTH);
  if (length !== undefined) yield InvalidArgument.expected("user.home", "a shorter path", length);
  if (OCCUPIED.some((folder) => AbsolutePath.isIn(home, folder) || AbsolutePath.isIn(folder, home)))
    yield InvalidArgument.expected(
      "user.home",
      "a directory of its own, such as /home/lix",
      `${home}, which the base system has`,
    );
}

/** Of the flake registry, which is the deepest file that the image has in a home. */
const HOME_DEPTH = 3;

/** A home may be anywhere else. */
const OCCUPIED = [
  ...["/bin", "/dev", "/etc", "/lib64", "/nix", "/proc", "/root", "/sys", "/tmp", "/usr"],
  // The second is the home of nobody and the build users.
  ...["/var/tmp", "/var/empty"],
];

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
  const targetBytes = Buffer.byteLength(file.target ?? "");
  if (targetBytes > MAX_TARGET)
    yield InvalidArgument.expected(
      `${where}.target`,
      `at most ${MAX_TARGET} bytes`,
      `${targetBytes} bytes`,
    );
  if (file.target !== undefined && file.mode !== undefined)
    yield InvalidArgument.expected(`${where}.mode`, "nothing", "a mode, and a link has none");
}

const MAX_TARGET = NarLimits.default.target;

type Mistake = readonly [expected: string, got: string, hint?: string];

function placeMistake(path: string, args: LixImageSpec): Mistake | undefined {
  if (!AbsolutePath.is(path))
    return ['an absolute path without ".", ".." and a slash at its end, as the key', "another key"];
  const length = AbsolutePath.lengthProblem(path);
  if (length !== undefined) return ["a shorter path", length];
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
