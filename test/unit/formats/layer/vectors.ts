/** The vectors of test/vectors/layer, parsed. @module */
import { readFileSync } from "node:fs";
import { ByteString } from "../../../../provider/base/byte-string.ts";
import { StorePath } from "../../../../provider/formats/nix/store-path.ts";
import { Tree } from "../../../../provider/formats/nix/tree.ts";

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../vectors/layer/${file}`, import.meta.url), "utf8"));

interface RawOrder {
  readonly baseSystem: string;
  readonly generated: readonly string[];
  readonly groups: readonly (readonly string[])[];
  readonly layers: readonly (readonly string[])[];
  readonly references: Readonly<Record<string, readonly string[]>>;
}
const raw = read("order.json") as RawOrder;
const parse = (names: readonly string[]): StorePath[] => names.map(StorePath.fromBaseName);

export const ORDER = {
  baseSystem: StorePath.fromBaseName(raw.baseSystem),
  generated: new Set(parse(raw.generated)),
  groups: raw.groups.map(parse),
  layers: raw.layers.map(parse),
  references: new Map(
    Object.entries(raw.references).map(([from, to]) => [StorePath.fromBaseName(from), parse(to)]),
  ),
};

export interface VectorLayer {
  readonly storePath: StorePath;
  readonly diffId: string;
  readonly size: number;
  readonly entries: readonly (readonly [path: string, kind: Tree["kind"], text?: string])[];
}
export const LAYERS = read("layers.json") as readonly VectorLayer[];

/** The tree that the entries list. */
export function treeOf(layer: VectorLayer, at = ""): Tree {
  const [, kind, text = ""] = layer.entries.find(([path]) => path === at) ?? [at, "directory"];
  if (kind === "regular") return Tree.file(text);
  if (kind === "symlink") return Tree.symlink(ByteString.fromText(text));
  const start = at === "" ? "" : `${at}/`;
  const names = layer.entries
    .filter(([path]) => path !== at && path.startsWith(start))
    .map(([path]) => path.slice(start.length))
    .filter((name) => !name.includes("/"));
  return {
    kind: "directory",
    entries: new Map(
      names.map((name) => [ByteString.fromText(name), treeOf(layer, `${start}${name}`)]),
    ),
  };
}
