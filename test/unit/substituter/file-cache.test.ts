import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import type { NarInfo } from "../../../provider/formats/nix/narinfo.ts";
import { openSubstituter } from "../../../provider/substituter/open.ts";
import type { Substituter } from "../../../provider/substituter/substituter.ts";
import { addPath } from "../../support/cache-server.ts";
import { hasCode } from "../../support/has-code.ts";
import { narOf } from "../../support/read-nar.ts";

const NAR = Buffer.from("\x0d\0\0\0\0\0\0\0nix-archive-1, more or less", "latin1");

async function withCache(
  use: (cache: Substituter, info: NarInfo, folder: string) => Promise<void>,
  changed: Readonly<Record<string, string>> = {},
): Promise<void> {
  const files = new Map<string, Uint8Array>();
  const info = addPath(files, NAR, { stored: gzipSync(NAR), compression: "gzip" });
  for (const [name, text] of Object.entries(changed)) files.set(name, Buffer.from(text));
  await withTempDir(async (outer) => {
    // A blank and a plus, which URLs spell differently.
    const folder = join(outer, "my c+che");
    for (const [name, bytes] of files) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), bytes);
    }
    await writeFile(join(outer, "secret"), "secret");
    await use(openSubstituter(`${pathToFileURL(folder).href}?priority=5`), info, folder);
  });
}

test("a narinfo and its NAR are found in a folder", () =>
  withCache(async (cache, info) => {
    assert.deepEqual(await cache.narInfo(info.storePath), info);
    assert.ok(NAR.equals(await narOf(cache, info)));
    assert.ok(NAR.equals(await narOf(cache, { ...info, url: `${info.url}?hash=abc` })));
    assert.ok(NAR.equals(await narOf(cache, { ...info, url: `/${info.url}` })));
  }));

test("a missing path is undefined; a missing folder is an error", () =>
  withCache(async (cache, _, folder) => {
    const other = addPath(new Map(), Buffer.from("other"));
    assert.equal(await cache.narInfo(other.storePath), undefined);
    await assert.rejects(narOf(cache, other), { code: "NAR_GONE" });
    const nowhere = openSubstituter(pathToFileURL(join(folder, "no")).href);
    await assert.rejects(nowhere.narInfo(other.storePath), { code: "CACHE_UNREADABLE" });
  }));

test("a narinfo of more than 4 MiB is refused", () =>
  withCache(async (cache, info, folder) => {
    const file = join(folder, `${info.storePath.slice(11, 43)}.narinfo`);
    await writeFile(file, Buffer.alloc(4 * 1024 * 1024 + 1, "a"));
    await assert.rejects(cache.narInfo(info.storePath), {
      code: "CACHE_TEXT_TOO_LONG",
      message: `${file}: expected a text of at most 4194304 bytes; got more`,
      hint: /copy this path into it again/,
    });
  }));

test("a NAR's URL does not lead out of the folder", () =>
  withCache(async (cache, info) => {
    for (const url of ["../secret", "nar/../../secret", "..", ".", "nar/a\0b"])
      await assert.rejects(
        narOf(cache, { ...info, url }),
        { code: "UNSAFE_NAR_URL" },
        JSON.stringify(url),
      );
    for (const url of ["/etc/passwd", "file:///etc/passwd", "https://example.org/x", "..%2fsecret"])
      await assert.rejects(narOf(cache, { ...info, url }), { code: "NAR_GONE" }, url);
  }));

test("a folder of another store is refused", () =>
  withCache(
    (cache, info) => assert.rejects(cache.narInfo(info.storePath), { code: "FOREIGN_STORE_DIR" }),
    {
      "nix-cache-info": "StoreDir: /gnu/store\n",
    },
  ));

test("a NAR that cannot be read is an error", () =>
  withCache((cache, info) =>
    assert.rejects(narOf(cache, { ...info, url: "nar" }), { code: "CACHE_UNREADABLE" }),
  ));

test("other kinds of caches are refused with what to write instead", () => {
  for (const url of ["ssh://host", "daemon", "cache.nixos.org", "/var/cache", "file://host/x"])
    assert.throws(
      () => openSubstituter(url),
      (error) => hasCode(error, "UNSUPPORTED_CACHE") && error.hint !== undefined,
      url,
    );
});
