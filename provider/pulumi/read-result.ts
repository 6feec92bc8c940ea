import type { PropertyMap } from "../resource/property-map.ts";

/** What the engine is to take over from a refresh or a look-up. */
export interface ReadResult {
  /** "" when the image is gone. */
  readonly id: string;
  readonly props: PropertyMap;
  /** Drift is in the inputs too, or a preview would show the digest as unchanged. */
  readonly inputs: PropertyMap;
}
