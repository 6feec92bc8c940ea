/** What diff answers: which arguments, outputs and layers differ, and which of them replace the resource. @module */
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import { JsonPath } from "../arguments/json-path.ts";
import { ARGUMENT_LIST, entryOf } from "../arguments/table.ts";
import { PREVIEW_OUTPUTS } from "../arguments/unknown.ts";
import type { DiffResult } from "../resource/diff-result.ts";
import { layerChanges } from "../resource/layer-changes.ts";
import type { PropertyMap } from "../resource/property-map.ts";

export interface Compared {
  /** Outputs in state. */
  readonly olds: PropertyMap;
  readonly oldInputs: PropertyMap;
  readonly news: PropertyMap;
}

const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } =
  proto.PropertyDiff.Kind;
const REPLACE = { [ADD]: ADD_REPLACE, [DELETE]: DELETE_REPLACE, [UPDATE]: UPDATE_REPLACE };
type Kind = typeof ADD | typeof DELETE | typeof UPDATE;

interface Difference {
  readonly place: JsonPath;
  readonly kind: Kind;
}

/** `drift` stands in the inputs after a refresh that has found any. */
const NAMES = [...ARGUMENT_LIST.map(([name]) => name), ...PREVIEW_OUTPUTS, "drift"];

export function detailedDiff(compared: Compared, result: DiffResult): proto.DiffResponse {
  const response = new proto.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  if (!result.changes) return response.setChanges(DIFF_NONE);
  const { news } = compared;
  const all = [
    ...NAMES.flatMap((name) => differences([name], before(compared, name), news[name])),
    ...layerDifferences(compared),
  ];
  for (const { place, kind } of all) {
    const replaces = result.replaces.includes(String(place[0]));
    const difference = new proto.PropertyDiff().setKind(replaces ? REPLACE[kind] : kind);
    difference.setInputdiff(isInput(compared, place[0]));
    response.getDetaileddiffMap().set(JsonPath.format(place), difference);
  }
  return response
    .setChanges(DIFF_SOME)
    .setHasdetaileddiff(true)
    .setDiffsList([...new Set(all.map(({ place }) => String(place[0])))])
    .setReplacesList(result.replaces)
    .setDeletebeforereplace(result.deleteBeforeReplace);
}

/** Where the engine finds the old value. Check answers outputs as inputs, but an import has them as outputs alone. */
const isInput = ({ oldInputs }: Compared, name: JsonPath[number] | undefined): boolean =>
  name !== undefined && (name in oldInputs || !PREVIEW_OUTPUTS.some((each) => each === name));

/** An argument that an earlier version did not know has been its default. */
function before(compared: Compared, name: string): unknown {
  const { olds, oldInputs } = compared;
  const old = (isInput(compared, name) ? oldInputs : olds)[name] ?? undefined;
  return old ?? entryOf(name)?.schema.safeParse(undefined).data;
}

/** The innermost places that differ. */
function differences(place: JsonPath, old: unknown, now: unknown): Difference[] {
  const [was, is] = [old ?? undefined, now ?? undefined];
  if (was === is) return [];
  if (was === undefined) return [{ place, kind: ADD }];
  if (is === undefined) return [{ place, kind: DELETE }];
  const comparable = typeof was === "object" && typeof is === "object";
  if (!comparable || Array.isArray(was) !== Array.isArray(is)) return [{ place, kind: UPDATE }];
  const [from, to] = [new Map(entriesOf(was)), new Map(entriesOf(is))];
  return [...new Set([...from.keys(), ...to.keys()])].flatMap((key) =>
    differences([...place, key], from.get(key), to.get(key)),
  );
}

const entriesOf = (value: object): [string | number, unknown][] =>
  Array.isArray(value) ? [...value.entries()] : Object.entries(value);

/** Layers are no input: a place below `layers` names each. */
function layerDifferences({ olds, news }: Compared): Difference[] {
  const { added, removed } = layerChanges(olds, news);
  const kindOf = (name: string): Kind =>
    !removed.has(name) ? ADD : added.has(name) ? UPDATE : DELETE;
  return [...new Set([...added, ...removed])].map((name) => ({
    place: ["layers", name],
    kind: kindOf(name),
  }));
}
