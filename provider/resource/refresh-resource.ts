/**
 * Refresh: asks every repository that the image was pushed to what is there now. If one does not answer, this
 * throws, and the state stays as it is. What a registry says is never trusted: `__state`, `layers` and
 * `planKey` stay as they were.
 * @module
 */
import type { LixImageOutputs } from "../../sdk/outputs.ts";
import { mapConcurrent } from "../base/concurrency.ts";
import { Repository } from "../formats/oci/reference.ts";
import { RegistryClient } from "../registry/client.ts";
import { driftOf, NEVER_THERE, standingIn, wasNeverIn } from "./drift.ts";
import { noteLost } from "./lost.ts";
import type { ImagePart } from "./recorded-blobs.ts";
import { recordedReferrers } from "./recorded-referrers.ts";
import { recordedSignatures } from "./recorded-signatures.ts";
import { Recorded, type RecordedImage } from "./recorded.ts";
import type { ResourceSession } from "./resource-session.ts";
import { Target } from "./target.ts";

/** Repositories that are asked at once. */
const WIDTH = 4;

export interface ToRefresh {
  readonly recorded: RecordedImage;
  /** Layers and configs that are to be asked for as well. */
  readonly blobs: readonly ImagePart[];
  /** How long a registry may take to answer one question, all tries included. */
  readonly requestLimitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The outputs that a refresh may change. */
export type RefreshedOutputs = Partial<
  Pick<LixImageOutputs, "mirrorRefs" | "digest" | "taggedRefs">
> &
  Required<Pick<LixImageOutputs, "drift">>;

/** "gone" if no repository has the image. */
export async function refreshResource(
  session: ResourceSession,
  { recorded, blobs, requestLimitMs, signal }: ToRefresh,
): Promise<RefreshedOutputs | "gone"> {
  const { root } = recorded;
  const tags = Recorded.tags(recorded);
  const children = Recorded.children(recorded, root);
  const referrers = recordedReferrers(recorded);
  const signatures = recordedSignatures(recorded);
  const image = { root, children, tags, blobs, referrers, signatures };
  const standings = await mapConcurrent(
    Target.repositories(recorded.target),
    { width: WIDTH, signal },
    (repository, scope) =>
      standingIn(new RegistryClient(repository, { requestLimitMs }), image, scope),
  );
  const [first] = standings;
  // Archives alone.
  if (first === undefined) return { drift: [] };
  if (standings.every(({ gone }) => gone)) {
    noteLost(
      session,
      standings.map(({ repository }) => repository),
    );
    return "gone";
  }
  return {
    mirrorRefs: recorded.mirrorRefs ?? mirrorRefs(recorded),
    // What the first tag names now: what a deployment by tag would pull.
    digest: first.pointers[0] ?? root,
    taggedRefs: tags
      .filter((_, at) => first.pointers[at] !== undefined)
      .map((tag) => `${first.repository}:${tag}`),
    // A repository that never got the image has not lost it.
    drift: driftOf(
      standings.map((standing) =>
        standing.gone && wasNeverIn(recorded.drift, standing.repository)
          ? { ...standing, drift: [NEVER_THERE] }
          : standing,
      ),
    ),
  };
}

/** For a state that was written before there was this output. */
const mirrorRefs = ({ target, root }: RecordedImage): string[] =>
  target.mirrors.map((mirror) => `${Repository.format(Repository.parse(mirror))}@${root}`);
