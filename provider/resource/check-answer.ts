import { isUnknown, Known, NOT_KNOWN } from "../arguments/unknown.ts";
import type { CheckedResource } from "./check-resource.ts";
import { CheckedInputs } from "./checked-inputs.ts";
import type { PropertyMap } from "./property-map.ts";
import type { ResourceSession } from "./resource-session.ts";
import { Unchanged, type CheckKeyParts } from "./unchanged.ts";

/**
 * What check answers, with the key of `Unchanged`. The state keeps the key that it has as long as the rest is the
 * same; this machine then remembers the new one.
 */
export async function checkAnswer(
  { cache }: ResourceSession,
  checked: CheckedResource,
  given: CheckKeyParts,
): Promise<PropertyMap> {
  const { olds, news } = given;
  const withKey = (unchangedKey: CheckedInputs["unchangedKey"]): PropertyMap =>
    CheckedInputs.format({ ...checked.inputs, unchangedKey }, news["__provider"]);
  const key = await keyOf(withKey(Known.of(undefined)), checked, given);
  const kept = withKey(CheckedInputs.parse(olds).unchangedKey);
  if (!Unchanged.isSame(kept, olds)) return withKey(key);
  await cache.unchanged.add(Known.value(key));
  return kept;
}

/** The key of a check that finds this answer in the state. */
async function keyOf(
  answer: PropertyMap,
  { warnings, lockSha256 }: CheckedResource,
  given: CheckKeyParts,
): Promise<CheckedInputs["unchangedKey"]> {
  // An update plan allows a value at `up` where the preview had an unknown one.
  if (isUnknown(answer)) return NOT_KNOWN;
  // Warnings are repeated by each operation.
  if (warnings.length > 0 || lockSha256 === undefined) return Known.of(undefined);
  return Known.of(await Unchanged.key({ ...given, olds: answer, lockSha256 }));
}
