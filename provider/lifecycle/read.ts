/**
 * read: asks the registry what is there now. Only a definite 404 is "gone"; denial, overload and
 * silence throw and leave the state alone. What a registry says is never trusted: `__state`,
 * `layers` and `planKey` stay as they were.
 * @module
 */
import type { Digest } from "../oci/digest.ts";
import { Repository } from "../oci/reference.ts";
import { RegistryClient } from "../registry/client.ts";
import { lookUp } from "./look-up.ts";
import type { ReadResult } from "./read-result.ts";
import { Recorded } from "./recorded.ts";
import { toWire, type Wire } from "./wire.ts";

/** @param props outputs in state; of `LixImage.get` there are none. */
export async function read(id: string, props: Wire): Promise<ReadResult> {
  const recorded = Recorded.parse(props);
  const repository = Recorded.repository(recorded);
  const digest = Recorded.digest(recorded);
  if (recorded.planKey === undefined || digest === undefined) return lookUp(id, props);
  if (repository === undefined) return found(id, { ...props, drift: [] });

  const client = new RegistryClient(repository);
  const tags = Recorded.tags(recorded);
  const [gone, pointers] = await Promise.all([
    goneManifests(client, recorded, digest),
    Promise.all(tags.map((tag) => client.headManifest(tag))),
  ]);
  const standing = tags.filter((_, at) => pointers[at] !== undefined);
  if (gone.includes(digest) && standing.length === 0) return { id: "", props: {}, inputs: {} };
  return found(id, {
    ...props,
    // What the first tag names now: what a deployment by tag would pull.
    digest: pointers[0]?.digest ?? digest,
    taggedRefs: standing.map((tag) => `${Repository.format(repository)}:${tag}`),
    drift: [
      ...gone.map((each) => `manifest ${each} is gone`),
      ...tags.flatMap((tag, at) => {
        const there = pointers[at]?.digest;
        if (there === digest) return [];
        return there === undefined
          ? `tag ${tag} is gone`
          : `tag ${tag} points to ${there}, not to ${digest}`;
      }),
    ],
  });
}

/** Of the root, and of each platform where there are several. */
async function goneManifests(
  client: RegistryClient,
  recorded: Recorded,
  root: Digest,
): Promise<string[]> {
  const children = Object.values(recorded.platforms ?? {}).map((platform) => platform.digest);
  const digests = [...new Set([root, ...children])];
  const heads = await Promise.all(digests.map((digest) => client.headManifest(digest)));
  return digests.filter((_, at) => heads[at] === undefined);
}

/** As inputs, only what check would put there, and the drift. */
function found(id: string, props: Wire): ReadResult {
  const { layers: _, drift, ...inputs } = props;
  const { platforms } = Recorded.parse(props);
  const drifted = Array.isArray(drift) && drift.length > 0;
  return {
    id,
    props: toWire(props),
    inputs: toWire({ ...inputs, platforms, ...(drifted ? { drift } : {}) }),
  };
}
