/**
 * The store's database, `/nix/var/nix/db/db.sqlite`, schema 10: what Nix and Lix find registered at
 * their first start. Equal rows give equal bytes.
 * @see https://git.lix.systems/lix-project/lix/src/branch/main/lix/libstore/schema.sql
 * @module
 */
import initSqlJs from "sql.js";
import type { Database } from "sql.js";
import { NarHash } from "./nix-hash.ts";
import type { PathInfo } from "./path-info.ts";
import { StorePath } from "./store-path.ts";

/** The file's bytes. `registered` in any order, but closed under references. */
export async function storeDatabase(registered: readonly PathInfo[]): Promise<Uint8Array> {
  const rows = registered.toSorted((a, b) => StorePath.compare(a.storePath, b.storePath));
  const SQL = await sqlite();
  const database = new SQL.Database();
  try {
    database.run(SCHEMA);
    database.run("begin");
    insertPaths(database, rows);
    insertReferences(database, rows);
    database.run("commit");
    return withFixedHeader(database.export());
  } finally {
    database.close();
  }
}

let loading: ReturnType<typeof initSqlJs> | undefined;

/** One wasm instance a process, loaded when first asked for. */
export function sqlite(): ReturnType<typeof initSqlJs> {
  loading ??= initSqlJs();
  return loading;
}

function insertPaths(database: Database, rows: readonly PathInfo[]): void {
  const insert = database.prepare(
    "insert into ValidPaths (id, path, hash, registrationTime, narSize, sigs, ca) values (?, ?, ?, 0, ?, ?, ?)",
  );
  for (const [index, row] of rows.entries()) {
    // deriver stays NULL, as the derivations are not in the image; ultimate, as we built nothing.
    const signatures = [...new Set(row.signatures)].sort().join(" ");
    insert.run([
      index + 1,
      row.storePath,
      `sha256:${NarHash.toHex(row.narHash)}`,
      row.narSize,
      signatures === "" ? null : signatures,
      row.ca ?? null,
    ]);
  }
  insert.free();
}

function insertReferences(database: Database, rows: readonly PathInfo[]): void {
  const ids = new Map(rows.map((row, index) => [row.storePath, index + 1]));
  const insert = database.prepare("insert into Refs (referrer, reference) values (?, ?)");
  for (const [index, row] of rows.entries())
    for (const reference of row.references.toSorted(StorePath.compare)) {
      const id = ids.get(reference);
      if (id === undefined)
        throw new RangeError(`${row.storePath} refers to ${reference}, which is not registered`);
      insert.run([index + 1, id]);
    }
  insert.free();
}

/**
 * What depends on how SQLite got there, and on its version, is overwritten.
 * @see https://www.sqlite.org/fileformat2.html#the_database_header
 */
function withFixedHeader(file: Uint8Array): Uint8Array {
  const header = new DataView(file.buffer, file.byteOffset, file.byteLength);
  header.setUint32(24, 1); // file change counter
  header.setUint32(40, 1); // schema cookie
  header.setUint32(92, 1); // version-valid-for: the change counter that the next number belongs to
  header.setUint32(96, SQLITE_VERSION);
  return file;
}

/**
 * 3.40.1, no matter which version wrote the file: nix2container's images have it, and Nix is known to read
 * them.
 */
const SQLITE_VERSION = 3_040_001;

// Word for word as Nix creates it: SQLite keeps the text, comments and all.
const SCHEMA = `\
CREATE TABLE ValidPaths (
    id               integer primary key autoincrement not null,
    path             text unique not null,
    hash             text not null,
    registrationTime integer not null,
    deriver          text,
    narSize          integer,
    ultimate         integer, -- null implies "false"
    sigs             text, -- space-separated
    ca               text -- if not null, an assertion that the path is content-addressed; see ValidPathInfo
);
CREATE TABLE Refs (
    referrer  integer not null,
    reference integer not null,
    primary key (referrer, reference),
    foreign key (referrer) references ValidPaths(id) on delete cascade,
    foreign key (reference) references ValidPaths(id) on delete restrict
);
CREATE INDEX IndexReferrer on Refs(referrer);
CREATE INDEX IndexReference on Refs(reference);
CREATE TRIGGER DeleteSelfRefs before delete on ValidPaths
  begin
    delete from Refs where referrer = old.id and reference = old.id;
  end;
CREATE TABLE DerivationOutputs (
    drv  integer not null,
    id   text not null, -- symbolic output id, usually "out"
    path text not null,
    primary key (drv, id),
    foreign key (drv) references ValidPaths(id) on delete cascade
);
CREATE INDEX IndexDerivationOutputs on DerivationOutputs(path);
`;
