import type { ImagePlan } from "../../provider/app/plan-image.ts";
import { Session } from "../../provider/app/session.ts";

/** A machine that has built nothing, and knows of the image only what a state contains. */
export async function otherMachine(
  session: Session,
  { platforms }: ImagePlan,
  folder: string,
): Promise<Session> {
  const layers = new Map();
  const listings = new Map();
  for (const plan of platforms) {
    for (const { key } of plan.layers) layers.set(key, await session.knownLayers.layer(key));
    for (const { narHash } of plan.paths.values()) {
      const listing = session.knownLayers.listing(narHash);
      if (listing !== undefined) listings.set(narHash, listing);
    }
  }
  const other = new Session(folder);
  other.knownLayers.seed({ layers, listings });
  return other;
}
