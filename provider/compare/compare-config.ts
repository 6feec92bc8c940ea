/** The configs of two images, and the annotations of their manifests, field by field. @module */
import { z } from "zod";
import { parseDocument } from "../formats/oci/document.ts";
import type { Difference } from "./difference.ts";

/** The documents of one platform. A docker archive has no manifest. */
export interface ConfigDocuments {
  readonly config: Uint8Array;
  readonly manifest: Uint8Array | undefined;
}

/** The diffIds of the layers are left out, because layers are compared by what is in them. */
export function compareConfigs(here: ConfigDocuments, there: ConfigDocuments): Difference[] {
  const [ours, theirs] = [fieldsOf(here), fieldsOf(there)];
  const names = [...new Set([...ours.keys(), ...theirs.keys()])];
  const hasAnnotations = here.manifest !== undefined && there.manifest !== undefined;
  return names.flatMap((subject): Difference[] => {
    const [mine, other] = [ours.get(subject), theirs.get(subject)];
    const isComparable = hasAnnotations || !subject.startsWith(ANNOTATION);
    return mine === other || !isComparable
      ? []
      : [{ about: "config", subject, here: mine, there: other }];
  });
}

const ANNOTATION = "annotation ";

/** By a name for people, the values as JSON. */
function fieldsOf({ config, manifest }: ConfigDocuments): ReadonlyMap<string, string> {
  const {
    config: container,
    history,
    rootfs: _,
    ...rest
  } = parseDocument(Config, config, "a config");
  const { Env, Labels, ...settings } = container ?? {};
  const annotations = manifest && parseDocument(Manifest, manifest, "a manifest").annotations;
  return new Map(
    [
      ...Object.entries(rest),
      ...Object.entries(settings),
      ...variables(Env ?? []),
      ...named("Labels", Labels),
      ...(history ?? []).flatMap((entry, layer) => named(`history ${layer}:`, entry)),
      ...named(ANNOTATION.trim(), annotations),
    ].flatMap(([name, value]) => (isUnset(value) ? [] : [[name, JSON.stringify(value)] as const])),
  );
}

const named = (group: string, fields: object | null | undefined): (readonly [string, unknown])[] =>
  Object.entries(fields ?? {}).map(([name, value]) => [`${group} ${name}`, value]);

/** Each with its value, or with all of them, and the order of the names. */
function variables(lines: readonly string[]): (readonly [string, unknown])[] {
  const nameOf = (line: string): string => line.split("=", 1).join();
  const values = [...Map.groupBy(lines, nameOf)].map(([name, same]) => {
    const each = same.map((line) => line.slice(name.length + 1));
    return [`Env ${name}`, each.length === 1 ? each[0] : each] as const;
  });
  return [...values, ["the order of Env", lines.map(nameOf)]];
}

/** Go writes null, "", false or nothing for a field that is not set. */
const isUnset = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || value === false;

const Config = z.looseObject({
  config: z
    .looseObject({
      Env: z.array(z.string()).nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
    })
    .nullish(),
  history: z.array(z.record(z.string(), z.unknown())).nullish(),
  rootfs: z.unknown(),
});
const Manifest = z.looseObject({
  annotations: z.record(z.string(), z.string()).nullish(),
});
