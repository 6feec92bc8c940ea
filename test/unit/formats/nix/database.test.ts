import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import initSqlJs from "sql.js";
import { storeDatabase } from "../../../../provider/formats/nix/database.ts";
import { NarHash } from "../../../../provider/formats/nix/nix-hash.ts";
import type { PathInfo } from "../../../../provider/formats/nix/path-info.ts";
import { pathOf } from "../../../support/listed-store.ts";

const row = (name: string, more: Partial<PathInfo> = {}): PathInfo => ({
  storePath: pathOf(name),
  narHash: NarHash.of(Buffer.from(name)),
  narSize: 112,
  references: [],
  signatures: [],
  ...more,
});

const ROWS = [
  row("b", { references: [pathOf("c"), pathOf("b"), pathOf("a")], deriver: "not-shipped.drv" }),
  row("c", { signatures: ["z-1:ZZ==", "a-1:AA==", "z-1:ZZ=="], ca: "fixed:r:sha256:xyz" }),
  row("a", { narSize: 2 ** 40 }),
];

async function query(database: Uint8Array, sql: string): Promise<unknown[][]> {
  const SQL = await initSqlJs();
  const opened = new SQL.Database(database);
  try {
    return opened.exec(sql)[0]?.values ?? [];
  } finally {
    opened.close();
  }
}

test("registers paths in their order, whatever the order they are given in", async () => {
  const database = await storeDatabase(ROWS);
  const hash = (name: string): string =>
    `sha256:${createHash("sha256").update(name).digest("hex")}`;
  assert.deepEqual(
    await query(
      database,
      "select id, path, hash, registrationTime, deriver, narSize, ultimate, sigs, ca from ValidPaths",
    ),
    [
      [1, pathOf("a"), hash("a"), 0, null, 2 ** 40, null, null, null],
      [2, pathOf("b"), hash("b"), 0, null, 112, null, null, null],
      [3, pathOf("c"), hash("c"), 0, null, 112, null, "a-1:AA== z-1:ZZ==", "fixed:r:sha256:xyz"],
    ],
  );
  assert.deepEqual(await query(database, "select referrer, reference from Refs"), [
    [2, 1],
    [2, 2],
    [2, 3],
  ]);
  assert.deepEqual(await query(database, "select * from sqlite_sequence"), [["ValidPaths", 3]]);
  assert.deepEqual(await query(database, "pragma integrity_check"), [["ok"]]);
  assert.deepEqual(await storeDatabase(ROWS.toReversed()), database);
});

// These bytes are a layer's: another digest here means another digest for every image.
test("writes the bytes it always wrote", async () => {
  const many = Array.from({ length: 400 }, (_, index) =>
    row(`${"0123456789"[index % 10]}-${index}`, { references: ROWS.map((each) => each.storePath) }),
  );
  const digest = (database: Uint8Array): string =>
    createHash("sha256").update(database).digest("hex");
  for (const [rows, sha256] of [
    [[], "a9f09ec7763ff4c8de495ceb138d3374392de7c193d2435c02d712a7e8c1d639"],
    [ROWS, "58850561f23510f3d1c70b8111cc5591a6e35b31c9637ba8e25b441ed64e19bb"],
    [[...ROWS, ...many], "789c9a6ff0df88431817cb9b3ada696aa88733af3280e1b421a82efec4b5412e"],
  ] as const)
    assert.equal(digest(await storeDatabase(rows)), sha256);
});

test("the header does not depend on the version of SQLite", async () => {
  const header = Buffer.from(await storeDatabase(ROWS));
  assert.equal(header.readUInt16BE(16), 4096);
  // Rollback journal: Nix switches to WAL by itself.
  assert.deepEqual([header[18], header[19]], [1, 1]);
  assert.deepEqual(
    [24, 40, 92, 96].map((offset) => header.readUInt32BE(offset)),
    [1, 1, 1, 3_040_001],
  );
});

test("refuses rows that are not closed under references", async () => {
  await assert.rejects(storeDatabase(ROWS.slice(0, 2)), RangeError);
});
