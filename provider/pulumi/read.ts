import { TIME_LIMIT } from "../base/retry-policy.ts";
import { DeclaredOutputs } from "../resource/declared-outputs.ts";
import { importResource } from "../resource/imported-resource.ts";
import { lookUpImage, type LookUpOptions } from "../resource/look-up-image.ts";
import { toPropertyMap, type PropertyMap } from "../resource/property-map.ts";
import { recordedBlobs } from "../resource/recorded-blobs.ts";
import { Recorded } from "../resource/recorded.ts";
import { refreshResource } from "../resource/refresh-resource.ts";
import { RefreshedResource } from "../resource/refreshed-resource.ts";
import type { ResourceSession } from "../resource/resource-session.ts";

/** What the engine is to take over from a refresh or a look-up. */
export interface ReadResult extends RefreshedResource {
  /** "" when the image is gone. */
  readonly id: string;
}

export interface ReadOptions {
  /** Default: short, because a refresh of many resources must not wait for ever for one registry that hangs. */
  readonly requestLimitMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** This stack's own, although it may have no planKey: it was imported. Default: the planKey shows it. */
  readonly isManaged?: boolean;
}

const GONE: ReadResult = { id: "", props: {}, inputs: {} };

/** @param props outputs in state; of `LixImage.get` there are none. */
export async function read(
  session: ResourceSession,
  id: string,
  props: PropertyMap,
  { requestLimitMs = TIME_LIMIT.refresh.ms, signal, isManaged = false }: ReadOptions = {},
): Promise<ReadResult> {
  const recorded = Recorded.image(Recorded.parse(props), { isManaged });
  if (recorded === undefined) return lookUp(id, props, { requestLimitMs, signal });
  const blobs = recorded.verifyBlobs ? recordedBlobs(props) : [];
  const refreshed = await refreshResource(session, { recorded, blobs, requestLimitMs, signal });
  return refreshed === "gone" ? GONE : { id, ...RefreshedResource.format(props, refreshed) };
}

export async function importImage(
  id: string,
  { requestLimitMs = TIME_LIMIT.refresh.ms, signal }: ReadOptions = {},
): Promise<ReadResult> {
  const imported = await importResource(id, { requestLimitMs, signal });
  return imported === undefined ? GONE : { id, ...imported };
}

async function lookUp(id: string, props: PropertyMap, options: LookUpOptions): Promise<ReadResult> {
  const found = await lookUpImage(id, options);
  if (found === undefined) return GONE;
  // Ours and the SDK's, such as __provider.
  const hidden = Object.fromEntries(Object.entries(props).filter(([key]) => key.startsWith("__")));
  return {
    id,
    props: toPropertyMap(DeclaredOutputs.complete({ ...found.outputs, ...hidden })),
    inputs: toPropertyMap(hidden),
  };
}
