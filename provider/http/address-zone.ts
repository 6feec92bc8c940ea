/**
 * Where an address can be reached from: everywhere, our network, or our machine alone. A server may not lead
 * us to an address that we can reach and it cannot: that is server-side request forgery (SSRF).
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 * @module
 */
import { BlockList, isIP } from "node:net";
import { isLoopback } from "../base/loopback.ts";

/** The hint about a server that leads to an address which only we can reach. */
export const REACHABLE_BY_ALL =
  "a server may lead only to addresses that all who can reach it can reach too";

/** `metadata`: where a cloud tells a machine who it is, and hands it its keys. */
export type Zone = "public" | "network" | "machine" | "metadata";

/** Whether a server in the zone `from` must not lead to an address in the zone `to`. */
export function isSsrfTarget(to: Zone, from: Zone): boolean {
  if (to === "metadata") return true;
  return DEPTH[to] > DEPTH[from];
}

// A server at a metadata address is in a network of ours; nothing else is known about it.
const DEPTH: Readonly<Record<Zone, number>> = { public: 0, network: 1, metadata: 1, machine: 2 };

/** The zone that a request may still reach after it has been through both. */
export const narrower = (one: Zone, other: Zone): Zone =>
  DEPTH[one] <= DEPTH[other] ? one : other;

/** The zone of a URL's host name, if that is an address; undefined for a name that has to be looked up. */
export function literalZone(hostname: string): Zone | undefined {
  if (METADATA_NAMES.has(hostname.replace(/\.$/, ""))) return "metadata";
  if (isLoopback(hostname)) return "machine";
  const bare = hostname.replace(/^\[|\]$/g, "");
  return isIP(bare) === 0 ? undefined : zoneOf(bare);
}

/** @param address as `node:net` has it, with or without a zone id. */
export function zoneOf(address: string): Zone {
  const [bare = ""] = address.split("%");
  const every = [bare, ...embedded(bare)];
  const inOne = (networks: BlockList): boolean => every.some((each) => isIn(networks, each));
  if (inOne(METADATA)) return "metadata";
  if (inOne(MACHINE)) return "machine";
  return inOne(NETWORK) ? "network" : "public";
}

// A proxy would look these up, where we cannot see what they mean.
const METADATA_NAMES: ReadonlySet<string> = new Set([
  "metadata",
  "metadata.google.internal",
  "metadata.goog",
  "instance-data",
  "instance-data.ec2.internal",
]);

/** IPv4 addresses inside an IPv6 one, to which a router or the system may send our packets. */
function embedded(address: string): readonly string[] {
  if (isIP(address) !== 6) return [];
  const words = wordsOf(address);
  const at = (index: number, flip = 0): string => {
    const [high = 0, low = 0] = words.slice(index, index + 2).map((word) => word ^ flip);
    return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  };
  if (isIn(WITH_IPV4_LAST, address)) return [at(6)];
  if (isIn(SIX_TO_FOUR, address)) return [at(1)];
  // It holds its client's address with all bits flipped.
  return isIn(TEREDO, address) ? [at(2), at(6, 0xffff)] : [];
}

function wordsOf(address: string): number[] {
  // The URL parser writes the last four bytes as words too.
  const text = (URL.parse(`http://[${address}]/`)?.hostname ?? "[::]").slice(1, -1);
  const [head = [], tail = []] = text
    .split("::")
    .map((part) => part.split(":").flatMap((word) => (word === "" ? [] : [parseInt(word, 16)])));
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
}

const isIn = (networks: BlockList, address: string): boolean =>
  networks.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");

function networksOf(...subnets: readonly (readonly [string, number])[]): BlockList {
  const networks = new BlockList();
  for (const [network, prefix] of subnets)
    networks.addSubnet(network, prefix, isIP(network) === 4 ? "ipv4" : "ipv6");
  return networks;
}

const METADATA = networksOf(
  // Link-local, which nearly all clouds use.
  ["169.254.0.0", 16],
  ["fe80::", 10],
  // EC2, Google, Scaleway; Alibaba, Oracle, Azure.
  ["fd00:ec2::", 32],
  ["fd20:ce::", 32],
  ["fd00:42::", 32],
  ["100.100.100.200", 32],
  ["192.0.0.192", 32],
  ["168.63.129.16", 32],
);
// RFC 1122, 4291.
const MACHINE = networksOf(["0.0.0.0", 8], ["127.0.0.0", 8], ["::", 127]);
// RFC 1112, 1122, 1918, 2544, 3879, 4193, 4291, 6598, 6890, 8215.
const NETWORK = networksOf(
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  ["64:ff9b:1::", 48],
  ["fc00::", 7],
  ["fec0::", 10],
  ["ff00::", 8],
);
// IPv4-mapped and -compatible, translated, and NAT64 of both kinds: RFC 4291, 2765, 6052, 8215.
const WITH_IPV4_LAST = networksOf(
  ["::ffff:0:0", 96],
  ["::", 96],
  ["::ffff:0:0:0", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
);
// RFC 3056, 4380.
const SIX_TO_FOUR = networksOf(["2002::", 16]);
const TEREDO = networksOf(["2001::", 32]);
