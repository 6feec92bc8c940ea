/** Compares two images of one platform. @module */
import { readStoreRows } from "../formats/nix/read-database.ts";
import { ByteString } from "../base/byte-string.ts";
import { renderLines } from "../base/errors.ts";
import { log } from "../base/log.ts";
import type { Digest, DiffId } from "../formats/oci/digest.ts";
import { compareConfigs, type ConfigDocuments } from "./compare-config.ts";
import { compareDatabases, type RegisteredPaths, type StoreRows } from "./compare-databases.ts";
import { compareLayers, type LayerView } from "./compare-layers.ts";
import { compareTrees, type FileDifference, type TreeComparison } from "./compare-trees.ts";
import { contentsDifferences, contentsOf, type ReadAgain } from "./contents-differences.ts";
import type { Difference } from "./difference.ts";
import { countFiles, describeFiles, storeBaseOf } from "./file-differences.ts";
import { nodeAt, type FileNode } from "./file-system.ts";
import { hashRewriter, pairByName } from "./store-hashes.ts";

/** One side of a comparison. */
export interface ComparedPlatform extends ReadAgain {
  readonly root: FileNode;
  readonly documents: ConfigDocuments;
}

export interface PlatformComparison {
  readonly layers: {
    readonly same: number;
    readonly onlyHere: readonly DiffId[];
    readonly onlyThere: readonly DiffId[];
  };
  readonly storePaths: Counts & {
    /** Of the same name, with another hash. */
    readonly paired: number;
  };
  readonly files: Counts & { readonly different: number };
  /** Undefined unless both images have a store database. */
  readonly registered: RegisteredPaths | undefined;
  readonly differences: readonly Difference[];
}

interface Counts {
  readonly same: number;
  readonly onlyHere: number;
  readonly onlyThere: number;
}

const DATABASE = "nix/var/nix/db/db.sqlite";
const DATABASE_BYTES = 64 * 1024 * 1024;

export async function comparePlatforms(
  here: ComparedPlatform,
  there: ComparedPlatform,
): Promise<PlatformComparison> {
  const [ours, theirs] = [storeBases(here.root), storeBases(there.root)];
  const pairs = pairByName(ours, theirs);
  const rewrite = hashRewriter(pairs);
  const tree = compareTrees(here.root, there.root, rewrite);
  const rows = { here: await databaseOf(here), there: await databaseOf(there) };
  const isContentAddressed = (path: string) => rows.here?.get(path)?.has("ca") === true;

  const found = withoutDatabase(tree.differences, rows);
  const worthALook = found.filter(({ path }) => {
    const base = storeBaseOf(path);
    return base === undefined || isContentAddressed(`/nix/store/${base}`);
  });
  const contents = await contentsDifferences(worthALook, { here, there, rewrite });
  const files = describeFiles(found, { rewrite, pairs, contents, isContentAddressed });
  const rewritten = new Set(
    files.filter((each) => each.onlyHashes === true).map(({ subject }) => subject),
  );
  const isOnlyHashes = (path: string): boolean => rewritten.has(path);
  const database =
    rows.here && rows.there && compareDatabases(rows.here, rows.there, { rewrite, isOnlyHashes });
  const views = layerViews(here, there, tree);
  const { differences: ofLayers, ...layers } = compareLayers(views.here, views.there, rows.there);
  return {
    layers,
    storePaths: storePathCounts({ ours, theirs, paired: pairs.length, files }),
    files: fileCounts(tree),
    registered: database?.registered,
    differences: [
      ...compareConfigs(here.documents, there.documents),
      ...ofLayers,
      ...files,
      ...(database?.differences ?? []),
    ],
  };
}

const storeBases = (root: FileNode): ByteString[] =>
  [...(nodeAt(root, "nix/store")?.entries.keys() ?? [])].filter(
    (name) => storeBaseOf(`nix/store/${name}`) !== undefined,
  );

/** Undefined where there is none, or none that can be read: its bytes are compared then. */
async function databaseOf(image: ComparedPlatform): Promise<StoreRows | undefined> {
  const node = nodeAt(image.root, DATABASE);
  if (node?.file.kind !== "regular" || node.file.size > DATABASE_BYTES) return undefined;
  const file = (await contentsOf(image, [{ path: DATABASE, node }])).get(DATABASE);
  if (file === undefined) return undefined;
  try {
    return await readStoreRows(ByteString.toBytes(file));
  } catch (error) {
    const { description } = image.source;
    log.warn([`${description}: the store's database cannot be read`, ...renderLines(error)]);
    return undefined;
  }
}

/** Databases that were read are compared by their rows. */
function withoutDatabase(
  differences: readonly FileDifference[],
  rows: { readonly here: StoreRows | undefined; readonly there: StoreRows | undefined },
): FileDifference[] {
  if (rows.here === undefined || rows.there === undefined) return [...differences];
  return differences.flatMap((difference) => {
    const { path, here, there } = difference;
    if (path !== DATABASE || here === undefined || there === undefined) return [difference];
    const { contents, size } = here.file;
    const samePlace = { ...there, file: { ...there.file, contents, size } };
    return compareTrees(here, samePlace, (text) => text).differences.map((each) => ({
      ...each,
      path,
      pathThere: path,
    }));
  });
}

/** Both images' layers, each with whether it or its counterpart in the other image has a difference. */
function layerViews(
  here: ComparedPlatform,
  there: ComparedPlatform,
  { differences, counterparts }: TreeComparison,
): { readonly here: LayerView[]; readonly there: LayerView[] } {
  const [ours, theirs] = [new Set<Digest>(), new Set<Digest>()];
  for (const difference of differences) {
    const isWhole = difference.here === undefined || difference.there === undefined;
    if (difference.here !== undefined) addLayers(difference.here, isWhole, ours);
    if (difference.there !== undefined) addLayers(difference.there, isWhole, theirs);
  }
  const [oursToo, theirsToo] = [new Set(ours), new Set(theirs)];
  for (const [mine, others] of counterparts)
    for (const other of others) {
      if (theirs.has(other)) oursToo.add(mine);
      if (ours.has(mine)) theirsToo.add(other);
    }
  return { here: viewsOf(here, oursToo), there: viewsOf(there, theirsToo) };
}

function viewsOf({ root, layers }: ComparedPlatform, different: ReadonlySet<Digest>): LayerView[] {
  const storePaths = Map.groupBy(
    storeBases(root).map((base) => `nix/store/${base}`),
    (path) => nodeAt(root, path)?.layer,
  );
  return layers.map(({ digest, diffId }) => ({
    digest,
    diffId,
    storePaths: (storePaths.get(digest) ?? []).map((path) => `/${ByteString.toText(path)}`),
    hasDifference: different.has(digest),
  }));
}

function addLayers({ layer, entries }: FileNode, isWhole: boolean, into: Set<Digest>): void {
  into.add(layer);
  if (isWhole) for (const node of entries.values()) addLayers(node, isWhole, into);
}

function storePathCounts({
  ours,
  theirs,
  paired,
  files,
}: {
  readonly ours: readonly ByteString[];
  readonly theirs: readonly ByteString[];
  readonly paired: number;
  readonly files: readonly Difference[];
}): PlatformComparison["storePaths"] {
  const common = new Set(ours).intersection(new Set(theirs)).size;
  const changed = files.filter(
    ({ about, here, there }) => about === "store path" && here === there,
  ).length;
  return {
    same: common - changed,
    paired,
    onlyHere: ours.length - common - paired,
    onlyThere: theirs.length - common - paired,
  };
}

function fileCounts({ same, differences }: TreeComparison): PlatformComparison["files"] {
  let [different, onlyHere, onlyThere] = [0, 0, 0];
  for (const { here, there } of differences)
    if (here !== undefined && there !== undefined)
      different += here.file.kind === "directory" ? 0 : 1;
    else if (here !== undefined) onlyHere += countFiles(here);
    else if (there !== undefined) onlyThere += countFiles(there);
  return { same, different, onlyHere, onlyThere };
}
