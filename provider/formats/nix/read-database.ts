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
  return withDatabase(file, (query) => {
    const records = new Map<StorePath, { narSize: number; references: StorePath[] }>();
    for (const [path, narSize] of query(PATHS).values)
      if (isStorePath(path) && typeof narSize === "number" && narSize >= 0)
        records.set(path, { narSize, references: [] });
    for (const [from, to] of query(REFERENCES).values)
      if (isStorePath(from) && isStorePath(to)) records.get(from)?.references.push(to);
    return records;
  });
}

/** What is registered for a path, by column as text; what is NULL is left out. */
export type StoreRow = ReadonlyMap<string, string>;

/** All columns of all rows, whatever the version of the schema, except for the numbers that rows have. */
export async function readStoreRows(file: Uint8Array): Promise<ReadonlyMap<string, StoreRow>> {
  return withDatabase(file, (query) => {
    const { columns, values } = query(ROWS);
    const rows = new Map<string, Map<string, string>>();
    for (const row of values) {
      const cells = new Map(columns.map((column, at) => [column, row[at]]));
      const path = String(cells.get("path"));
      for (const key of ["id", "path"]) cells.delete(key);
      const stated = [...cells].filter(([, cell]) => cell !== null);
      rows.set(path, new Map(stated.map(([column, cell]) => [column, String(cell)])));
    }
    for (const [path, references] of Map.groupBy(query(REFERENCES).values, ([from]) => from))
      rows.get(String(path))?.set("references", references.map(([, to]) => String(to)).join(" "));
    return rows;
  });
}

type Query = (sql: string) => {
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
};

async function withDatabase<T>(file: Uint8Array, use: (query: Query) => T): Promise<T> {
  const SQL = await sqlite();
  const database = new SQL.Database(file);
  try {
    const query: Query = (sql) => database.exec(sql)[0] ?? { columns: [], values: [] };
    if (query(COMPUTED).values.length > 0) throw new RangeError("a view or a computed column");
    return use(query);
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
const ROWS = "SELECT * FROM ValidPaths ORDER BY path";
const REFERENCES = `
  SELECT a.path, b.path FROM Refs
    JOIN ValidPaths a ON a.id = referrer
    JOIN ValidPaths b ON b.id = reference
  ORDER BY a.path, b.path`;
