import assert from "node:assert/strict";
import { test } from "node:test";
import { SeveralErrors } from "../../../provider/base/errors.ts";
import type { Owner } from "../../../provider/base/owner.ts";
import { Tree } from "../../../provider/formats/nix/tree.ts";
import { ImageUser } from "../../../provider/formats/rootfs/image-user.ts";
import { filesTree, type ImageFile } from "../../../provider/plan/image-files.ts";
import { hasCode } from "../../support/has-code.ts";
import { directory, file, symlink } from "../../support/listed-store.ts";
import { LIX } from "../../support/image-user.ts";

const OWNER = ImageUser.owner(LIX);

const BASE = directory({
  bin: directory({ sh: symlink("/nix/store/x/bin/bash") }),
  etc: directory({
    group: file(""),
    passwd: file(""),
    nix: directory({ "nix.conf": file("") }),
    ssl: directory({ "ca.crt": symlink("/x") }),
  }),
  home: directory({
    lix: { ...directory({ ".nix-channels": file("") }), mode: 0o700, owner: OWNER },
  }),
  tmp: directory(),
  usr: directory({ share: symlink("/x/share") }),
});

/** `mode uid path` of everything in the layer, and where links lead. */
function lines(files: readonly ImageFile[], user = ImageUser.root): string[] {
  return [...rows("", filesTree(files, { baseSystem: BASE, plain: BASE, user }))];
}

function* rows(path: string, tree: Tree): Generator<string> {
  const mode = tree.mode?.toString(8) ?? "-";
  const target = tree.kind === "symlink" ? ` -> ${tree.target}` : "";
  if (path !== "") yield `${mode} ${tree.owner?.uid ?? "-"} ${path}${target}`;
  if (tree.kind !== "directory") return;
  for (const [name, child] of [...tree.entries].sort()) yield* rows(`${path}/${name}`, child);
}

const at = (path: string, tree: Tree): ImageFile => ({ path, tree });

test("parent directories keep owner and mode of the base system; new ones are root's with mode 0755", () => {
  assert.deepEqual(
    lines([
      at("/etc/x", file("x")),
      at("/opt/a/run", file("", true)),
      at("/tmp/y", file("")),
      at("/srv/link", symlink("/opt")),
    ]),
    [
      "555 0 /etc",
      "644 0 /etc/x",
      "755 0 /opt",
      "755 0 /opt/a",
      "755 0 /opt/a/run",
      "755 0 /srv",
      "777 0 /srv/link -> /opt",
      "1777 0 /tmp",
      "644 0 /tmp/y",
    ],
  );
});

test("new files in the user's home are the user's, all others root's", () => {
  assert.deepEqual(lines([at("/home/lix/.config/x", file(""))], LIX), [
    "555 0 /home",
    "700 1000 /home/lix",
    "755 1000 /home/lix/.config",
    "644 1000 /home/lix/.config/x",
  ]);
  assert.deepEqual(lines([at("/home/lix-too/x", file(""))], LIX), [
    "555 0 /home",
    "755 0 /home/lix-too",
    "644 0 /home/lix-too/x",
  ]);
});

test("mode and owner of an entry apply, also to a directory of the base system", () => {
  const owner: Owner = { uid: 7, gid: 8, user: "", group: "" };
  assert.deepEqual(
    lines([
      at("/etc", Tree.with(directory(), { mode: 0o700 })),
      at("/etc/x", Tree.with(file(""), { mode: 0o4755, owner })),
    ]),
    ["700 0 /etc", "4755 7 /etc/x"],
  );
});

test("a directory from disk is merged into existing ones", () => {
  assert.deepEqual(
    lines([
      at("/etc", directory({ ssl: directory({ mine: file("") }) })),
      at("/etc/ssl/more", file("")),
    ]),
    ["555 0 /etc", "555 0 /etc/ssl", "644 0 /etc/ssl/mine", "644 0 /etc/ssl/more"],
  );
});

test("an entry may replace a file or link of the base system that no argument makes", () => {
  assert.deepEqual(lines([at("/bin/sh", symlink("/y")), at("/etc/ssl/ca.crt", file(""))]), [
    "555 0 /bin",
    "777 0 /bin/sh -> /y",
    "555 0 /etc",
    "555 0 /etc/ssl",
    "644 0 /etc/ssl/ca.crt",
  ]);
  const replaced = [at("/usr/share", directory()), at("/usr/share/x", file(""))];
  assert.deepEqual(lines(replaced), ["555 0 /usr", "755 0 /usr/share", "644 0 /usr/share/x"]);
});

test("a conflict names both sides and what to do", () => {
  const cases: readonly [readonly ImageFile[], RegExp, RegExp][] = [
    [[at("/etc/passwd", file(""))], /files\["\/etc\/passwd"\] and the base system/, /user/],
    [
      [at("/root/.cache/nix/flake-registry.json", file(""))],
      /files\["\/root\/\.cache\/nix\/flake-registry\.json"\] and flakeRegistry both/,
      /use flakeRegistry/,
    ],
    [[at("/etc/nix/nix.conf", file(""))], /files\["\/etc\/nix\/nix\.conf"\]/, /nixConf/],
    [[at("/etc", directory({ group: file("") }))], /files\["\/etc"\] and the base system/, /user/],
    [[at("/etc", file(""))], /files\["\/etc"\] and the base system .* "\/etc"/, /directory/],
    [
      [at("/usr/share/x", file(""))],
      /files\["\/usr\/share\/x"\] and the base system .* "\/usr\/share"/,
      /directory: true/,
    ],
    [
      [at("/a", file("")), at("/a/b", file(""))],
      /files\["\/a\/b"\] and files\["\/a"\] .* "\/a"/,
      /no other files/,
    ],
    [
      [at("/a", directory({ b: file("") })), at("/a/b", file(""))],
      /files\["\/a\/b"\] and files\["\/a"\] .* "\/a\/b"/,
      /leave one/,
    ],
  ];
  for (const [files, message, hint] of cases)
    assert.throws(
      () => lines(files),
      (error: unknown) => {
        assert.ok(hasCode(error, "FILE_CONFLICT"));
        assert.match(error.message, message);
        assert.match(error.hint ?? "", hint);
        return true;
      },
    );
  const channels = [at("/home/lix/.nix-channels", file(""))];
  assert.throws(() => lines(channels, LIX), /files\["\/home\/lix\/\.nix-channels"\]/);
  assert.doesNotThrow(() => lines(channels));
});

test("all conflicts are reported together", () => {
  assert.throws(
    () => lines([at("/etc/passwd", file("")), at("/etc/group", file(""))]),
    (error: unknown) => error instanceof SeveralErrors && error.errors.length === 2,
  );
});
