import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { REPOSITORY } from "../support/source-files.ts";
import { withWorkshop, type Workshop } from "../support/workshop.ts";

const MAIN = join(REPOSITORY, "provider/cli/main.ts");

/** What a shell with lix-image in "$@" says on stderr. */
function shell(script: string, argv: readonly string[], workshop: Workshop): Promise<string> {
  const { cache, folder } = workshop;
  const child = spawn("sh", ["-c", script, "sh", process.execPath, MAIN, ...argv], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, LIX_IMAGE_CACHE: cache },
    stdio: ["ignore", "ignore", "pipe"],
  });
  return text(child.stderr);
}

const commands = async (workshop: Workshop): Promise<string[][]> => [
  ["--help"],
  ["plan", await workshop.writeArgs({}), "--json"],
];

test("a reader that closes the pipe early causes no failure", async () => {
  await withWorkshop({}, async (workshop) => {
    for (const argv of await commands(workshop)) {
      // Nobody reads any more when it starts.
      const script = '{ sleep 0.2; "$@"; echo "code $?" >&2; } | true';
      const stderr = await shell(script, argv, workshop);
      assert.match(stderr, /code 0\n$/);
      assert.doesNotMatch(stderr, /EPIPE|^\s+at /m);
    }
  });
});

test(
  "a full disk is reported in one line, and is a failure",
  { skip: !existsSync("/dev/full") },
  async () => {
    await withWorkshop({}, async (workshop) => {
      for (const argv of await commands(workshop)) {
        const stderr = await shell('"$@" >/dev/full; echo "code $?" >&2', argv, workshop);
        assert.match(stderr, /(^|\n)lix-image: cannot write to stdout: ENOSPC[^\n]*\ncode 1\n$/);
        assert.doesNotMatch(stderr, /^\s+at /m);
      }
    });
  },
);
