import { PEERS, requiredBy } from "../support/peers.ts";
import { heading } from "./step.ts";

/** A line for each peer that is missing; returns the names of those that a variable requires. */
export function reportPeers(): string[] {
  const missing = PEERS.filter((peer) => peer.find() === undefined);
  heading(`peers: ${PEERS.length - missing.length} of ${PEERS.length} installed`);
  for (const peer of missing) {
    const setting = requiredBy(peer);
    const mark = setting === undefined ? " " : "✖";
    const against = setting === undefined ? "" : ` (${setting})`;
    console.log(`${mark} ${peer.name}: not installed${against}, so not tested: ${peer.proves}`);
  }
  return missing
    .filter((peer) => requiredBy(peer) !== undefined)
    .map((peer) => `${peer.name} is missing`);
}
