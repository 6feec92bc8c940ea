import { PEERS } from "../support/peers.ts";
import { heading } from "./step.ts";

/** A line for each peer that is missing; returns the names of those that a variable requires. */
export function reportPeers(): string[] {
  const missing = PEERS.filter((peer) => peer.find() === undefined);
  heading(`peers: ${PEERS.length - missing.length} of ${PEERS.length} installed`);
  const required = missing.filter((peer) => process.env[peer.requiredBy] === "1");
  for (const peer of missing) {
    const verdict = required.includes(peer) ? `✖ (${peer.requiredBy}=1)` : "not";
    console.log(`  ${peer.name}: ${verdict} installed, so not tested: ${peer.proves}`);
  }
  return required.map((peer) => `${peer.name} is missing`);
}
