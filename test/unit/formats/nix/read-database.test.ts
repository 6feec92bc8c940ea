import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import initSqlJs from "sql.js";
import { storeDatabase } from "../../../../provider/formats/nix/database.ts";
import { NarHash } from "../../../../provider/formats/nix/nix-hash.ts";
import {
  readStoreDatabase,
  readStoreRows,
} from "../../../../provider/formats/nix/read-database.ts";
import { pathOf } from "../../../support/listed-store.ts";
import { mutated } from "../../../support/mutated.ts";

const DATABASE = await storeDatabase(
  [
    { name: "a", references: ["b", "a"], narSize: 112 },
    { name: "b", references: [], narSize: 2 ** 40 },
  ].map(({ name, references, narSize }) => ({
    storePath: pathOf(name),
    narHash: NarHash.of(Buffer.from(name)),
    narSize,
    references: references.map(pathOf),
    signatures: [],
  })),
);

test("reads back sizes and references of the database that we write", async () => {
  assert.deepEqual(
    new Map(await readStoreDatabase(DATABASE)),
    new Map([
      [pathOf("a"), { narSize: 112, references: [pathOf("a"), pathOf("b")].sort() }],
      [pathOf("b"), { narSize: 2 ** 40, references: [] }],
    ]),
  );
});

test("reads back every column of the rows, whatever columns there are", async () => {
  const hash = (name: string) => `sha256:${NarHash.toHex(NarHash.of(Buffer.from(name)))}`;
  const references = [pathOf("a"), pathOf("b")].sort().join(" ");
  assert.deepEqual(
    new Map(
      [...(await readStoreRows(DATABASE))].map(([path, row]) => [path, Object.fromEntries(row)]),
    ),
    new Map<string, object>([
      [pathOf("a"), { hash: hash("a"), registrationTime: "0", narSize: "112", references }],
      [pathOf("b"), { hash: hash("b"), registrationTime: "0", narSize: String(2 ** 40) }],
    ]),
  );
});

test("a damaged database is read or refused, and the next one is read", async () => {
  await fc.assert(
    fc.asyncProperty(mutated([DATABASE], 512), async (bytes) => {
      await readStoreDatabase(bytes).catch((error: unknown) => assert.ok(error instanceof Error));
    }),
    { numRuns: 100 },
  );
  assert.equal((await readStoreDatabase(DATABASE)).size, 2);
});

/** A database that somebody made who wants us to wait. */
async function madeBy(sql: string): Promise<Uint8Array> {
  const SQL = await initSqlJs();
  const database = new SQL.Database();
  database.run(sql);
  return database.export();
}

test("what would be computed while it is read is refused", async () => {
  const refs = "CREATE TABLE Refs (referrer, reference);";
  for (const paths of [
    "CREATE VIEW validpaths AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i AS id, i AS path, 1 AS narSize FROM n",
    "CREATE TABLE ValidPaths (id, path TEXT GENERATED ALWAYS AS (zeroblob(900000000)), narSize)",
    "CREATE TABLE ValidPaths (id, path TEXT AS (zeroblob(900000000)), narSize)",
  ])
    await assert.rejects(readStoreDatabase(await madeBy(`${refs}${paths}`)), /computed/);
});

test("what is no store path, and a size that is none, is left out", async () => {
  const database = await madeBy(`
    CREATE TABLE ValidPaths (id, path, narSize);
    CREATE TABLE Refs (referrer, reference);
    INSERT INTO ValidPaths VALUES
      (1, '${pathOf("a")}', 8), (2, '</script>', 8), (3, '${pathOf("b")}', 'x'), (4, '${pathOf("c")}', -8);
    INSERT INTO Refs VALUES (1, 2), (1, 3), (2, 1), (1, 1)`);
  assert.deepEqual(
    [...(await readStoreDatabase(database))],
    [[pathOf("a"), { narSize: 8, references: [pathOf("a"), pathOf("b")] }]],
  );
});
