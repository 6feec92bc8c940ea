/**
 * Reads a store's own database: what Nix knows of the paths that are valid there.
 * @module
 */
import { stat } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { lixError } from "../errors/lix-error.ts";
import { NarHash } from "../formats/nix/nix-hash.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import { STORE_DIR, StorePath } from "../formats/nix/store-path.ts";

export interface OpenStoreDatabase {
  /** Undefined for a path that is not valid there. */
  find(path: StorePath): PathInfo | undefined;
}

// Lix libstore/schema.sql; all versions of Nix since 2016 have these columns.
const PATH = "SELECT id, hash, narSize, deriver, sigs, ca FROM ValidPaths WHERE path = ?";
const REFERENCES = "SELECT path FROM Refs JOIN ValidPaths ON reference = id WHERE referrer = ?";

const PathRow = z.object({
  id: z.int(),
  hash: z.string(),
  narSize: z.int().min(1),
  deriver: z.string().nullable(),
  sigs: z.string().nullable(),
  ca: z.string().nullable(),
});
const ReferenceRow = z.object({ path: z.string() });

/** `file` is `…/nix/var/nix/db/db.sqlite`. Changes nothing, and creates no files next to it. */
export async function openStoreDatabase(file: string): Promise<OpenStoreDatabase> {
  try {
    // Node's own SQLite, because it reads the write-ahead log, which holds Nix's latest changes.
    const { DatabaseSync } = await import("node:sqlite");
    const database = new DatabaseSync(await uriOf(file), { readOnly: true });
    const path = database.prepare(PATH);
    const references = database.prepare(REFERENCES);
    return {
      find(wanted) {
        const found = path.get(wanted);
        if (found === undefined) return undefined;
        const row = PathRow.parse(found);
        return pathInfo(wanted, row, z.array(ReferenceRow).parse(references.all(row.id)));
      },
    };
  } catch (cause) {
    throw lixError("STORE_DATABASE_UNREADABLE", { file }, { cause });
  }
}

/**
 * Without a log there is no writer. SQLite would still create one, which only the store's owner may do. Opened
 * as "immutable", the file is read as it is.
 */
async function uriOf(file: string): Promise<string> {
  const log = await stat(`${file}-wal`).catch(() => undefined);
  const url = pathToFileURL(file).href;
  return log === undefined ? `${url}?immutable=1` : url;
}

function pathInfo(
  storePath: StorePath,
  row: z.output<typeof PathRow>,
  references: readonly z.output<typeof ReferenceRow>[],
): PathInfo {
  const { deriver } = row;
  return {
    storePath,
    narHash: NarHash.parse(row.hash),
    narSize: row.narSize,
    references: references.map(({ path }) => StorePath.parse(path)).sort(StorePath.compare),
    signatures: (row.sigs ?? "").split(" ").filter((signature) => signature !== ""),
    deriver:
      deriver?.startsWith(`${STORE_DIR}/`) === true
        ? deriver.slice(STORE_DIR.length + 1)
        : undefined,
    ca: row.ca === null || row.ca === "" ? undefined : row.ca,
  };
}
