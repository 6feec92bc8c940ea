/** The layers of two images: which are the same, and whether others divide the same files. @module */
import { popularityOf } from "../formats/layer/popularity.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import type { Digest, DiffId } from "../formats/oci/digest.ts";
import type { StoreRows } from "./compare-databases.ts";
import type { Difference } from "./difference.ts";

export interface LayerView {
  readonly diffId: DiffId;
  readonly digest: Digest;
  /** What is visible of it in the file system. */
  readonly storePaths: readonly string[];
  /** Whether a file that differs between the images came with it, or with a layer that has files of it. */
  readonly hasDifference: boolean;
}

export interface LayerComparison {
  readonly same: number;
  readonly onlyHere: readonly DiffId[];
  readonly onlyThere: readonly DiffId[];
  readonly differences: readonly Difference[];
}

export const EQUALLY_POPULAR = "the order of equally popular store paths";

/** @param rows of the other image's database, which say how popular its store paths are. */
export function compareLayers(
  here: readonly LayerView[],
  there: readonly LayerView[],
  rows: StoreRows | undefined,
): LayerComparison {
  const diffIds = (layers: readonly LayerView[]) => new Set(layers.map(({ diffId }) => diffId));
  const [ours, theirs] = [diffIds(here), diffIds(there)];
  const onlyHere = here.filter(({ diffId }) => !theirs.has(diffId));
  const onlyThere = there.filter(({ diffId }) => !ours.has(diffId));
  return {
    same: ours.intersection(theirs).size,
    onlyHere: onlyHere.map(({ diffId }) => diffId),
    onlyThere: onlyThere.map(({ diffId }) => diffId),
    differences: [
      ...onlyHere.filter(isDividedOtherwise).map((layer) => onlyOn("here", layer)),
      ...onlyThere.filter(isDividedOtherwise).map((layer) => onlyOn("there", layer)),
      ...orderDifference(
        here.filter(({ diffId }) => theirs.has(diffId)),
        there.filter(({ diffId }) => ours.has(diffId)),
        rows,
      ),
    ],
  };
}

/** A layer with a file that differs is no difference of its own. */
const isDividedOtherwise = ({ hasDifference }: LayerView): boolean => !hasDifference;

function onlyOn(side: "here" | "there", { diffId, storePaths }: LayerView): Difference {
  const text = `the same files, divided into other layers: ${namesOf(storePaths)}`;
  return {
    about: "layers",
    subject: diffId,
    here: side === "here" ? text : undefined,
    there: side === "there" ? text : undefined,
  };
}

const NAMES_SHOWN = 3;

function namesOf(storePaths: readonly string[]): string {
  const names = storePaths
    .slice(0, NAMES_SHOWN)
    .map((path) => path.slice("/nix/store/".length + 33));
  const more = storePaths.length - names.length;
  return names.length === 0
    ? "no store path"
    : names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function orderDifference(
  here: readonly LayerView[],
  there: readonly LayerView[],
  rows: StoreRows | undefined,
): Difference[] {
  const first = here.findIndex(({ diffId }, at) => there[at]?.diffId !== diffId);
  if (first === -1) return [];
  const ranks = rows && popularityOf(referencesOf(rows));
  /** Layers of one store path stand in the order of their popularity. */
  const rankOf = ({ diffId, storePaths: [path, ...others] }: LayerView): string | bigint =>
    path === undefined || others.length > 0 || !StorePath.is(path)
      ? diffId
      : (ranks?.get(path) ?? diffId);
  const isByRank = here.every((layer, at) => {
    const other = there[at];
    return other !== undefined && rankOf(layer) === rankOf(other);
  });
  const text = (layers: readonly LayerView[]) =>
    `layer ${first} is ${namesOf(layers[first]?.storePaths ?? [])}`;
  return [
    {
      about: "layers",
      subject: isByRank ? EQUALLY_POPULAR : "the order of layers",
      here: text(here),
      there: text(there),
    },
  ];
}

const referencesOf = (rows: StoreRows): ReadonlyMap<StorePath, readonly StorePath[]> =>
  new Map(
    [...rows].flatMap(([path, row]) => {
      const references = (row.get("references") ?? "").split(" ").filter(StorePath.is);
      return StorePath.is(path) ? [[path, references] as const] : [];
    }),
  );
