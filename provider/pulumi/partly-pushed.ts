import { LixImageError, renderLines } from "../base/errors.ts";
import type { DestinationFailure } from "../app/publish.ts";
import type { PropertyMap } from "./property-map.ts";

/**
 * The first destination has the image and a further one does not. By `id`, `properties` and `reasons` the
 * engine knows that: it keeps what was made in state, and the next `up` updates it.
 * @see @pulumi/pulumi/cmd/dynamic-provider, grpcResponseFromError
 */
export class PartlyPushed extends LixImageError {
  readonly code = "PARTLY_PUSHED";
  readonly id: string;
  readonly properties: PropertyMap;

  constructor(result: { id: string; outs: PropertyMap }, failures: readonly DestinationFailure[]) {
    const [first = "", ...more] = failures.flatMap(({ error }) => renderLines(error));
    super([`pushed, but not to all destinations: ${first}`, ...more], {
      hint: "state has what was pushed; the next `up` brings the rest there",
    });
    this.id = result.id;
    this.properties = result.outs;
  }
}
