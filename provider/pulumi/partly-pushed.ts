import { LixImageError, renderLines } from "../base/errors.ts";
import type { PushedResource } from "../resource/pushed-resource.ts";
import type { PropertyMap } from "../resource/property-map.ts";
import type { PushResult } from "./push.ts";

/**
 * The first destination has the image and a further one does not. The engine recognizes such an error by `id`,
 * `properties` and `reasons`: it keeps the resource in state, and the next `up` updates it.
 * @see @pulumi/pulumi/cmd/dynamic-provider, grpcResponseFromError
 */
export class PartlyPushed extends LixImageError {
  readonly code = "PARTLY_PUSHED";
  readonly id: string;
  readonly properties: PropertyMap;

  constructor(result: { id: string; outs: PropertyMap }, failures: PushedResource["failures"]) {
    const [first = "", ...more] = failures.flatMap(({ error }) => renderLines(error));
    super([`pushed, but not to all destinations: ${first}`, ...more], {
      hint: "the state records what was pushed; the next `up` sends the rest",
    });
    this.id = result.id;
    this.properties = result.outs;
  }
}

/** Throws it if a destination does not have the image. */
export function requireComplete({ id, outs, failures }: PushResult): {
  id: string;
  outs: PropertyMap;
} {
  if (failures.length > 0) throw new PartlyPushed({ id, outs }, failures);
  return { id, outs };
}
