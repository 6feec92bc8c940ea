import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { Bytes } from "../../../provider/base/bytes.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { Spool } from "../../../provider/substituter/spool.ts";

test("a spool can be read, and leaves no file behind", () =>
  withTempDir(async (folder) => {
    const before = process.env["TMPDIR"];
    process.env["TMPDIR"] = folder;
    try {
      const spool = await Spool.open();
      await spool.add(Buffer.from("contents of one, "));
      await spool.add(Buffer.from("contents of two"));
      await spool.flush();
      assert.deepEqual(readdirSync(folder), []);
      assert.equal(
        Buffer.from(await Bytes.collect(spool.read(17, 15))).toString(),
        "contents of two",
      );
      await spool.close();
    } finally {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    }
  }));
