import { Owner } from "../../provider/base/owner.ts";
import type { NarInfo } from "../../provider/formats/nix/narinfo.ts";
import type { LayerJob } from "../../provider/image/layer-job.ts";
import type { Lock } from "../../provider/lock/lock.ts";

export const LAYER_COMPRESSION = { algorithm: "gzip", level: 1 } as const;

/** The job of a layer that has one store path. @param caches their URLs. @param at which of several jobs it is. */
export const layerJob = (info: NarInfo, caches: readonly string[], at = 0): LayerJob => ({
  system: "x86_64-linux",
  key: String(at).repeat(64).slice(0, 64) as LayerJob["key"],
  contents: { storePaths: [info.storePath], baseSystem: false, database: false },
  compression: LAYER_COMPRESSION,
  lock: { caches: caches.map((url) => ({ url })) } as unknown as Lock,
  paths: new Map([[info.storePath, info]]),
  generated: new Map(),
  baseSystem: undefined,
  files: undefined,
  gcRoots: [],
  storeOwner: Owner.root,
  signal: undefined,
});
