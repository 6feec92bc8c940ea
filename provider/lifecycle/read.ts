/**
 * read: asks the registry what is there now. Only a definite 404 is "gone"; denial, overload and
 * silence throw and leave the state alone. What a registry says is never trusted: `__state`,
 * `layers` and `planKey` stay as they were.
 * @module
 */
import { mapConcurrent } from "../base/concurrency.ts";
import type { Digest } from "../oci/digest.ts";
import { Repository } from "../oci/reference.ts";
import { RegistryClient } from "../registry/client.ts";
import { lookUp } from "./look-up.ts";
import { mirrorDrift } from "./mirror-drift.ts";
import type { ReadResult } from "./read-result.ts";
import { recordedBlobs } from "./recorded-blobs.ts";
import { Recorded } from "./recorded.ts";
import { toWire, type Wire } from "./wire.ts";

/** Requests in flight; as many as a push has. */
const WIDTH = 4;
/** A refresh of many resources must not wait for ever for one registry that hangs. */
const QUESTION_LIMIT_MS = 25_000;

export interface ReadOptions {
  /** How long the registry may take to answer one question, all tries included. */
  readonly questionLimitMs?: number;
}

/** @param props outputs in state; of `LixImage.get` there are none. */
export async function read(
  id: string,
  props: Wire,
  { questionLimitMs = QUESTION_LIMIT_MS }: ReadOptions = {},
): Promise<ReadResult> {
  const recorded = Recorded.parse(props);
  const repository = Recorded.repository(recorded);
  const digest = Recorded.digest(recorded);
  if (recorded.planKey === undefined || digest === undefined) {
    return lookUp(id, props, questionLimitMs);
  }
  if (repository === undefined) return found(id, { ...props, drift: [] });

  const client = new RegistryClient(repository, { questionLimitMs });
  const tags = Recorded.tags(recorded);
  const [gone, pointers] = await Promise.all([
    goneManifests(client, recorded, digest),
    mapConcurrent(tags, { width: WIDTH }, (tag, signal) => client.headManifest(tag, signal)),
  ]);
  const standing = tags.filter((_, at) => pointers[at] !== undefined);
  if (gone.includes(digest) && standing.length === 0) return { id: "", props: {}, inputs: {} };
  const lost = recorded.verifyBlobs ? await goneBlobs(client, props) : [];
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
      ...lost,
      ...(await mirrorDrift(recorded.mirrors, { digest, tags }, { questionLimitMs })),
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
  const heads = await mapConcurrent(digests, { width: WIDTH }, (digest, signal) =>
    client.headManifest(digest, signal),
  );
  return digests.filter((_, at) => heads[at] === undefined);
}

/** Registries that clean up wrongly, or restore a backup, lose them from under their manifest. */
async function goneBlobs(client: RegistryClient, props: Wire): Promise<string[]> {
  const blobs = recordedBlobs(props);
  const there = await mapConcurrent(blobs, { width: WIDTH }, ({ digest }, signal) =>
    client.hasBlob(digest, signal),
  );
  return blobs.flatMap(({ digest, place }, at) =>
    there[at] === true ? [] : [`blob ${digest} (${place}) is gone`],
  );
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
