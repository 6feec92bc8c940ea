/** The warnings of `lix-image lock` about a cache that is of no use. @module */
import assert from "node:assert/strict";
import { test } from "node:test";
import { withLocking, type Locking } from "../../support/locking.ts";
import { startReplyServer, type ReplyServer } from "../../support/reply-server.ts";
import { warningsOf } from "../../support/warnings.ts";

const INFO = { body: "StoreDir: /nix/store\n" };

async function withSecondCache(
  use: (second: ReplyServer, locking: Locking) => Promise<void>,
): Promise<void> {
  const second = await startReplyServer();
  second.replies.set("/nix-cache-info", INFO);
  try {
    await withLocking((locking) => use(second, locking));
  } finally {
    await second.close();
  }
}

test("a warning names a cache that has no path of the lock", () =>
  withSecondCache(async ({ url }, { lock, options }) => {
    const warnings = await warningsOf(() => lock("--cache", url, ...options));
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? "",
      new RegExp(
        `^${url}: of no use for this lock: it has none of \\d+ store paths; is this the URL`,
      ),
    );
  }));

test("a warning names a cache that is never asked, unless only some packages are updated", () =>
  withSecondCache(async ({ url }, { lock, options }) => {
    const warnings = await warningsOf(() => lock(...options, "--cache", url));
    assert.deepEqual(warnings, [
      `${url}: not needed for this lock: the caches before it have every path`,
    ]);
    assert.deepEqual(await warningsOf(() => lock("--update", "curl")), []);
  }));

test("a warning names a cache that refuses, with its refusal, even if another cache has everything", () =>
  withSecondCache(async ({ url, replies }, { lock, options, server }) => {
    for (const path of server.replies.keys()) {
      const [, narInfo] = /^\/cache(\/.*\.narinfo)$/.exec(path) ?? [];
      if (narInfo !== undefined) replies.set(narInfo, { status: 418 });
    }
    const warnings = await warningsOf(() => lock("--cache", url, ...options));
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? "",
      new RegExp(
        `^${url}: of no use for this lock: it did not answer (\\d+) of \\1 requests, .*418`,
      ),
    );
  }));

test("a warning names a cache whose paths have no trusted signature, and the missing key", () =>
  withSecondCache(async ({ url, replies }, { lock, options, server }) => {
    for (const [path, reply] of server.replies) {
      const [, narInfo] = /^\/cache(\/.*\.narinfo)$/.exec(path) ?? [];
      if (narInfo !== undefined)
        replies.set(narInfo, { body: String(reply.body).replace(/^Sig: [^:]*/gm, "Sig: other-1") });
    }
    const warnings = await warningsOf(() => lock("--cache", url, ...options));
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? "",
      /of no use for this lock: it has (\d+) of \1 store paths, and none can be trusted: signed only by other-1/,
    );
  }));

test("caches that each have some of the paths cause no warning", () =>
  withLocking(async ({ lock, options, server }) => {
    const halves = [...server.replies.keys()].filter((path) => path.endsWith(".narinfo"));
    const second = await startReplyServer();
    second.replies.set("/nix-cache-info", INFO);
    try {
      for (const path of halves.slice(0, 5)) {
        second.replies.set(path.replace("/cache", ""), server.replies.get(path) ?? {});
        server.replies.delete(path);
      }
      const warnings = await warningsOf(() => lock(...options, "--cache", second.url));
      assert.deepEqual(warnings, []);
    } finally {
      await second.close();
    }
  }));
