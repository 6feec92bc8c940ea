/** Reads a store's database that lies in memory, such as one out of an image that anybody may have made. @module */
import { sqlite } from "./database.ts";
import { StorePath } from "./store-path.ts";

export interface StoreRecord {
  readonly narSize: number;
  /** Sorted; a path that refers to itself is among them. */
  readonly references: readonly StorePath[];
}

/** Throws for a file that is no database of a store. What is no store path is left out. */
export async function readStoreDatabase(
  file: Uint8Array,
): Promise<ReadonlyMap<StorePath, StoreRecord>> {
  const SQL = await sqlite();
  const database = new SQL.Database(file);
  try {
    const rows = (query: string): readonly (readonly unknown[])[] =>
      database.exec(query)[0]?.values ?? [];
    if (rows(COMPUTED).length > 0) throw new RangeError("a view or a computed column");
    const records = new Map<StorePath, { narSize: number; references: StorePath[] }>();
    for (const [path, narSize] of rows(PATHS))
      if (isStorePath(path) && typeof narSize === "number" && narSize >= 0)
        records.set(path, { narSize, references: [] });
    for (const [from, to] of rows(REFERENCES))
      if (isStorePath(from) && isStorePath(to)) records.get(from)?.references.push(to);
    return records;
  } finally {
    database.close();
  }
}

const isStorePath = (value: unknown): value is StorePath =>
  typeof value === "string" && StorePath.is(value);

/** Finds views and computed columns: those of a hostile file could run for ever. */
const COMPUTED = `
  SELECT 1 FROM sqlite_schema
  WHERE lower(name) IN ('validpaths', 'refs')
    AND (type <> 'table' OR sql LIKE '%generated%' OR sql LIKE '%virtual%' OR sql LIKE '% as%(%')`;
const PATHS = "SELECT path, narSize FROM ValidPaths ORDER BY path";
const REFERENCES = `
  SELECT a.path, b.path FROM Refs
    JOIN ValidPaths a ON a.id = referrer
    JOIN ValidPaths b ON b.id = reference
  ORDER BY a.path, b.path`;
