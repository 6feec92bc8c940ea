/**
 * read: asks every repository that the image was pushed to what is there now. If one does not answer, the state
 * stays as it is. What a registry says is never trusted: `__state`, `layers` and `planKey` stay
 * as they were.
 * @module
 */
import { mapConcurrent } from "../base/concurrency.ts";
import { TIME_LIMIT } from "../base/retry-policy.ts";
import type { Digest } from "../formats/oci/digest.ts";
import { Repository } from "../formats/oci/reference.ts";
import { RegistryClient } from "../registry/client.ts";
import { DeclaredOutputs } from "../resource/declared-outputs.ts";
import { driftOf, NEVER_THERE, standingIn, wasNeverIn } from "../resource/drift.ts";
import { noteLost } from "../resource/lost.ts";
import { lookUp } from "./look-up.ts";
import type { ReadResult } from "./read-result.ts";
import { recordedBlobs } from "../resource/recorded-blobs.ts";
import { Recorded } from "../resource/recorded.ts";
import { Target } from "../resource/target.ts";
import { toPropertyMap, type PropertyMap } from "../resource/property-map.ts";

/** Repositories that are asked at once. */
const WIDTH = 4;
/** A refresh of many resources must not wait for ever for one registry that hangs. */
const REQUEST_LIMIT_MS = TIME_LIMIT.refresh.ms;

export interface ReadOptions {
  /** How long the registry may take to answer one question, all tries included. */
  readonly requestLimitMs?: number;
}

/** @param props outputs in state; of `LixImage.get` there are none. */
export async function read(
  id: string,
  props: PropertyMap,
  { requestLimitMs = REQUEST_LIMIT_MS }: ReadOptions = {},
): Promise<ReadResult> {
  const recorded = Recorded.parse(props);
  const root = Recorded.digest(recorded);
  if (recorded.planKey === undefined || root === undefined) {
    return lookUp(id, props, requestLimitMs);
  }
  const tags = Recorded.tags(recorded);
  const image = {
    root,
    children: Recorded.children(recorded, root),
    tags,
    blobs: recorded.verifyBlobs ? recordedBlobs(props) : [],
  };
  const standings = await mapConcurrent(
    Target.repositories(recorded.target),
    { width: WIDTH },
    (repository, signal) =>
      standingIn(new RegistryClient(repository, { requestLimitMs }), image, signal),
  );
  const [first] = standings;
  if (first === undefined) return found(id, { ...props, drift: [] });
  if (standings.every(({ gone }) => gone)) {
    noteLost(standings.map(({ repository }) => repository));
    return { id: "", props: {}, inputs: {} };
  }
  return found(id, {
    ...props,
    mirrorRefs: props["mirrorRefs"] ?? mirrorRefs(recorded, root),
    // What the first tag names now: what a deployment by tag would pull.
    digest: first.pointers[0] ?? root,
    taggedRefs: tags
      .filter((_, at) => first.pointers[at] !== undefined)
      .map((tag) => `${first.repository}:${tag}`),
    // What never took the image has not lost it.
    drift: driftOf(
      standings.map((standing) =>
        standing.gone && wasNeverIn(recorded.drift, standing.repository)
          ? { ...standing, drift: [NEVER_THERE] }
          : standing,
      ),
    ),
  });
}

/** For a state that was written before there was this output. */
const mirrorRefs = ({ target }: Recorded, root: Digest): string[] =>
  target.mirrors.map((mirror) => `${Repository.format(Repository.parse(mirror))}@${root}`);

/** As inputs, only what check would put there, and the drift. */
function found(id: string, props: PropertyMap): ReadResult {
  const { layers: _, __layers, drift, __promised, revision, ...inputs } = props;
  const { platforms } = Recorded.parse(props);
  const drifted = Array.isArray(drift) && drift.length > 0;
  return {
    id,
    props: toPropertyMap(DeclaredOutputs.complete(props)),
    inputs: toPropertyMap({
      ...inputs,
      ...(revision === null ? {} : { revision }),
      platforms,
      ...(drifted ? { drift } : Object(__promised)),
    }),
  };
}
