/**
 * Which arguments check answered for, so that diff and push see whether a policy has changed them since: the
 * engine lets policies that remediate change what check answered, and does not check it again. The outputs
 * beside such arguments are those of another image.
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go
 *   continueStepsFromImport
 * @module
 */
import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../base/canonical-json.ts";
import { ARGUMENT_LIST } from "../arguments/table.ts";
import { isUnknown, UNKNOWN } from "../arguments/unknown.ts";
import type { Wire } from "./wire.ts";

/** What check answered in this process, by its fingerprint: for the names of what was changed. */
const answered = new Map<string, Wire>();

export const ArgumentFingerprint = {
  /** Of what check answers; it goes there as `__checked`. */
  of(inputs: Wire): string {
    const args = argumentsIn(inputs);
    // An update plan holds `up` to it, where all is known.
    if (isUnknown(args)) return UNKNOWN;
    const fingerprint = sha256(args);
    answered.set(fingerprint, args);
    return fingerprint;
  },

  /** What has no fingerprint, as of an earlier version or after a refresh, was not changed. */
  belongs(inputs: Wire): boolean {
    const { __checked } = inputs;
    const args = argumentsIn(inputs);
    return (
      typeof __checked !== "string" || isUnknown([__checked, args]) || __checked === sha256(args)
    );
  },

  /** Names of the arguments that were changed; none where check was in another process. */
  changed(inputs: Wire): string[] {
    const before = answered.get(String(inputs["__checked"]));
    const after = argumentsIn(inputs);
    if (before === undefined) return [];
    return NAMES.filter((name) => text(before[name]) !== text(after[name]));
  },
};

const NAMES = ARGUMENT_LIST.map(([name]) => name).sort();

/** Without those that are left out, so that an argument of a later version changes no fingerprint. */
const argumentsIn = (inputs: Wire): Wire =>
  Object.fromEntries(
    NAMES.flatMap((name) => ((inputs[name] ?? null) === null ? [] : [[name, inputs[name]]])),
  );

const sha256 = (args: Wire): string => createHash("sha256").update(text(args)).digest("hex");

// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- it came by the wire, as JSON
const text = (value: unknown): string => canonicalJson((value ?? null) as Json);
