/**
 * Where a registry may send us: the realm of its token service, the Location of an upload. Both come
 * from the other side, and what we send there are credentials or the user's bytes.
 * @module
 */
import { BlockList, isIP } from "node:net";
import { LixImageError } from "../base/errors.ts";
import { isLoopback } from "../base/http-agent.ts";
import { redactUrl } from "../base/redact.ts";

/** The URL that `text` means, seen from `from`; throws when we must not go there. */
export function onward(
  text: string,
  from: URL,
  what: "token service" | "upload address" | "next page of tags",
): URL {
  let to: URL;
  try {
    to = new URL(text, from);
  } catch {
    throw new UnsafeAddress(`${from.host}: its ${what} is not a URL`);
  }
  const shown = redactUrl(to);
  // Credentials that the other side puts into an address are not ours to use.
  to.username = "";
  to.password = "";
  if (to.protocol !== "https:" && to.protocol !== "http:")
    throw new UnsafeAddress(`${from.host}: its ${what} is neither http nor https: ${shown}`);
  // A network in between could otherwise read credentials by changing one header.
  if (from.protocol === "https:" && to.protocol === "http:")
    throw new UnsafeAddress(`${from.host}: its ${what} is plain http: ${shown}`, {
      hint: "a proxy in front of the registry must pass on X-Forwarded-Proto: https",
    });
  // As go-containerregistry: a public registry has no business with hosts of our own network.
  if (to.hostname !== from.hostname && isPrivate(to.hostname) && !isPrivate(from.hostname))
    throw new UnsafeAddress(`${from.host}: its ${what} is inside the local network: ${shown}`);
  return to;
}

// RFC 1918, 3927, 4193, 4291, 6598.
const PRIVATE = new BlockList();
for (const [network, prefix, family] of [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["::", 127, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
] as const)
  PRIVATE.addSubnet(network, prefix, family);

function isPrivate(hostname: string): boolean {
  if (isLoopback(hostname)) return true;
  const address = hostname.replace(/^\[|\]$/g, "");
  const family = isIP(address);
  return family !== 0 && PRIVATE.check(address, family === 4 ? "ipv4" : "ipv6");
}

export class UnsafeAddress extends LixImageError {
  readonly code = "UNSAFE_ADDRESS";
}
