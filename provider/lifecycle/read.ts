/**
 * read: asks the registry what is there now. Only a definite 404 is "gone"; denial, overload and
 * silence throw and leave the state alone. What a registry says is never trusted: `__state`,
 * `layers` and `planKey` stay as they were.
 * @module
 */
import { LixImageError } from "../base/errors.ts";
import { RegistryClient } from "../registry/client.ts";
import { Recorded } from "./recorded.ts";
import { toWire, type Wire } from "./wire.ts";

export interface ReadResult {
  /** "" when the image is gone. */
  readonly id: string;
  readonly props: Wire;
  /** Drift is in the inputs too, or a preview would show the digest as unchanged. */
  readonly inputs: Wire;
}

/** @param props outputs in state. */
export async function read(id: string, props: Wire): Promise<ReadResult> {
  const recorded = Recorded.parse(props);
  const repository = Recorded.repository(recorded);
  const digest = Recorded.digest(recorded);
  if (recorded.planKey === undefined || digest === undefined) throw new CannotImport(id);
  if (repository === undefined) return found(id, { ...props, drift: [] });

  const client = new RegistryClient(repository);
  const drift: string[] = [];
  const manifest = await client.headManifest(digest);
  if (manifest === undefined) drift.push(`manifest ${digest} is gone`);
  const tags = Recorded.tags(recorded);
  const pointers = await Promise.all(tags.map((tag) => client.headManifest(tag)));
  const standing: string[] = [];
  for (const [index, tag] of tags.entries()) {
    const there = pointers[index];
    if (there === undefined) drift.push(`tag ${tag} is gone`);
    else {
      standing.push(recorded.taggedRefs[index] ?? "");
      if (there.digest !== digest)
        drift.push(`tag ${tag} points to ${there.digest}, not to ${digest}`);
    }
  }
  if (manifest === undefined && standing.length === 0) return { id: "", props: {}, inputs: {} };
  // What the first tag names now: what a deployment by tag would pull.
  const live = pointers[0]?.digest ?? digest;
  return found(id, { ...props, digest: live, taggedRefs: standing, drift });
}

/** As inputs, only what check would put there, and the drift. */
function found(id: string, props: Wire): ReadResult {
  const { layers: _, drift, ...inputs } = props;
  const drifted = Array.isArray(drift) && drift.length > 0;
  return { id, props: toWire(props), inputs: toWire(drifted ? { ...inputs, drift } : inputs) };
}

export class CannotImport extends LixImageError {
  readonly code = "CANNOT_IMPORT";
  constructor(id: string) {
    super(`${id}: state has no image to compare with; a dynamic provider cannot import`, {
      hint: "create the resource instead: an image that is there already is not pushed again",
    });
  }
}
