/**
 * How a user that the cluster chooses gets a home. Nix refuses a home that another user owns unless
 * /etc/passwd has the user, so the image cannot bring one: the user makes it, at the start.
 * @see https://git.lix.systems/lix-project/lix/src/branch/main/lix/libutil/users.cc (getHome)
 * @module
 */
import { posix } from "node:path";
import { Owner } from "../../base/owner.ts";
import type { StorePath } from "../nix/store-path.ts";
import { Tree } from "../nix/tree.ts";
import type { Directory } from "../nix/tree.ts";
import { SKELETON, type ImageUser } from "./image-user.ts";
import { treeAt } from "./merge-trees.ts";

/** The image's entrypoint: runs its arguments, or bash with the options that it is given. */
export const ENTRYPOINT = "/bin/with-home";
/** Bash reads it before a script, which helps where the entrypoint is passed over (BASH_ENV). */
export const MAKE_HOME = "/etc/lix-image/make-home.sh";

interface Programs {
  readonly bashInteractive: StorePath;
  readonly coreutils: StorePath;
}

/** Trees to merge into the root directory; none where the image itself has the home. */
export function homeScripts({
  user,
  ...programs
}: Programs & { readonly user: ImageUser }): Directory[] {
  if (user.kind !== "any") return [];
  return [
    treeAt(ENTRYPOINT, Tree.file(entrypoint(programs), true)),
    treeAt(MAKE_HOME, Tree.file(makeHome(programs))),
    treeAt(
      posix.dirname(user.home),
      Tree.with(Tree.directory(), { mode: 0o775, owner: Owner.root }),
    ),
  ];
}

const entrypoint = ({ bashInteractive }: Programs): string => `\
#!${bashInteractive}/bin/bash
. ${MAKE_HOME}
case "\${1-}" in "" | -*) set -- ${bashInteractive}/bin/bash "$@" ;; esac
exec "$@"
`;

// mkdir succeeds for one process only, when several start at once.
const makeHome = ({ coreutils }: Programs): string => `\
if [ "\${BASH_ENV-}" = ${MAKE_HOME} ]; then unset BASH_ENV; fi
if [ -n "\${HOME-}" ] && [ ! -e "$HOME" ] && ${coreutils}/bin/mkdir "$HOME" 2> /dev/null; then
  ${coreutils}/bin/cp -R ${SKELETON}/. "$HOME"
fi
`;
