import assert from "node:assert/strict";
import { test } from "node:test";
import { checkCacheUrl, hasScheme } from "../../../provider/lock/lock-schema.ts";

test("a lock may name caches by URL, stores of this machine, and folders beside it", () => {
  for (const url of ["https://c.example", "s3://bucket?region=eu-west-1", "file:///srv/cache"])
    assert.ok(hasScheme(checkCacheUrl(url)), url);
  for (const url of ["local", "local?root=/mnt"]) assert.ok(hasScheme(checkCacheUrl(url)), url);
  for (const url of ["cache", "./local", "../s3", "C:\\cache"])
    assert.ok(!hasScheme(checkCacheUrl(url)), url);
});

test("all other caches are refused, and so are credentials", () => {
  for (const url of [
    "",
    "ssh://host",
    "local?root=mnt",
    "local?store=/x",
    "https://me:pw@c.example",
    "cache\0",
    "local?root=/mnt\0",
    "file:///srv/a%00b",
    "https://c.example/\0",
  ])
    assert.throws(() => checkCacheUrl(url), url);
});
