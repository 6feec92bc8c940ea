import { DeclaredOutputs } from "./declared-outputs.ts";
import { toPropertyMap, type PropertyMap } from "./property-map.ts";
import { Recorded } from "./recorded.ts";
import type { RefreshedOutputs } from "./refresh-resource.ts";

/** What state is to have after a refresh. */
export interface RefreshedResource {
  readonly props: PropertyMap;
  /** What check would put there, with the drift: without that, a preview would show the digest as unchanged. */
  readonly inputs: PropertyMap;
}

export const RefreshedResource = {
  /** @param before outputs in state: what a refresh does not ask for stays as it is. */
  format(before: PropertyMap, refreshed: RefreshedOutputs): RefreshedResource {
    const props: PropertyMap = { ...before, ...refreshed };
    const { layers: _, __layers, referrers: __, drift, __promised, revision, ...inputs } = props;
    const { platforms } = Recorded.parse(props);
    return {
      props: toPropertyMap(DeclaredOutputs.complete(props)),
      inputs: toPropertyMap({
        ...inputs,
        ...(revision === null ? {} : { revision }),
        platforms,
        ...(refreshed.drift.length > 0 ? { drift } : Object(__promised)),
      }),
    };
  },
};
