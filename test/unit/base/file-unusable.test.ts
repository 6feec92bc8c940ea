import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Bytes } from "../../../provider/base/bytes.ts";
import { render } from "../../../provider/base/errors.ts";
import { asFailure } from "../../../provider/base/failure.ts";
import { FileUnusable, fromFile, withFile } from "../../../provider/base/file-unusable.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { HOSTILE, assertPrintable } from "../../support/hostile-text.ts";

/** As Node makes it. */
function systemError(code: string, syscall: string, path?: string): Error {
  const words = `${code}: what the system says, ${syscall}`;
  const errno = -(Object.entries(constants.errno).find(([name]) => name === code)?.[1] ?? 0);
  return Object.assign(new Error(words), { code, syscall, errno, ...(path && { path }) });
}

const WITH_ADVICE =
  "EACCES EPERM ENOENT ENOTDIR EISDIR ELOOP ENAMETOOLONG EROFS ENOSPC EDQUOT EMFILE EIO ESTALE EBUSY";

for (const syscall of [
  "open",
  "read",
  "write",
  "close",
  "rename",
  "mkdir",
  "stat",
  "scandir",
  "fsync",
])
  test(`every error of ${syscall} has a code, the file's name and what to do`, async () => {
    for (const code of Object.keys(constants.errno)) {
      const error = systemError(code, syscall);
      const shown: string[] = [];
      await withFile("/srv/images/x", () => Promise.reject(error)).catch((caught: unknown) =>
        shown.push(render(caught)),
      );
      const failing = (async function* (): Bytes {
        yield Buffer.from("a");
        throw error;
      })();
      await Bytes.collect(fromFile("/srv/images/x", failing)).catch((caught: unknown) =>
        shown.push(render(caught)),
      );
      shown.push(render(asFailure(systemError(code, syscall, "/srv/images/x"))));
      assert.equal(shown.length, 3);
      for (const text of shown)
        assert.match(text, /^\/srv\/images\/x: .*\[FILE_UNUSABLE\]\n {2}hint: .*\n {2}caused by: /);
      if (WITH_ADVICE.split(" ").includes(code))
        assert.doesNotMatch(shown[0] ?? "", /the system refuses its use/, code);
    }
  });

test("an error from neither the catalogue nor a file is a bug, and shows its stack frames", () => {
  const shown = render(asFailure(new TypeError(`x is not a function ${HOSTILE}`)));
  assertPrintable(shown, "a bug");
  assert.match(shown, /^a bug in pulumi-lix: TypeError: x is not.*\n +at .*file-unusable\.test/);
  assert.match(shown, /\[INTERNAL_ERROR\]\n {2}hint: please report it/);
  assert.match(render(asFailure("a string")), /a bug in pulumi-lix: a string \[INTERNAL_ERROR\]/);
});

test("our own errors, and those without a system call, stay as they are", async () => {
  const ours = new FileUnusable(Object.assign(new Error("x"), { code: "EIO", syscall: "read" }));
  assert.equal(asFailure(ours), ours);
  const zlib = Object.assign(new Error("incorrect header check"), {
    code: "Z_DATA_ERROR",
    errno: -3,
  });
  await assert.rejects(
    withFile("x", () => Promise.reject(zlib)),
    (error) => error === zlib,
  );
});

test("a file in the temporary folder: the hint names TMPDIR", () => {
  const path = join(tmpdir(), "lix-image-x/contents");
  const { hint } = new FileUnusable(
    Object.assign(new Error("x"), { code: "ENOSPC", syscall: "write" }),
    path,
  );
  assert.match(hint ?? "", /free some space; or set TMPDIR to another folder/);
});

test("what Node throws for real is recognised", () =>
  withTempDir(async (folder) => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await mkdir(join(folder, "dir"));
    await symlink("loop", join(folder, "loop"));
    for (const [path, code] of [
      [join(folder, "dir"), "EISDIR"],
      [join(file, "x"), "ENOTDIR"],
      [join(folder, "loop"), "ELOOP"],
      [join(folder, "n".repeat(300)), "ENAMETOOLONG"],
      [join(folder, "none"), "ENOENT"],
    ] as const) {
      const says = (error: unknown): boolean => {
        assert.ok(error instanceof FileUnusable && error.message.startsWith(path), String(error));
        assert.match(render(error), new RegExp(`caused by: ${code}`));
        return true;
      };
      await assert.rejects(
        withFile(path, () => readFile(path)),
        says,
      );
      await assert.rejects(Bytes.collect(fromFile(path, createReadStream(path))), says);
    }
  }));
