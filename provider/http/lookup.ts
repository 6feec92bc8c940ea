/**
 * Lookups of host names. One lookup serves both the check of where a name leads and the connection, so that
 * the name cannot change its meaning in between (DNS rebinding). With a proxy, the proxy looks names up, and
 * only addresses in the URL itself can be checked.
 * @module
 */
import { lookup as systemLookup, type LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import type { LookupFunction } from "node:net";
import { isSsrfTarget, literalZone, narrower, zoneOf, type Zone } from "./address-zone.ts";
import { isLoopback } from "../base/loopback.ts";

/** For Node's agents: gives only addresses that a server in that zone may lead to. */
export const lookupWithin =
  (reach: Zone | undefined): LookupFunction =>
  (hostname, options, callback) => {
    systemLookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = error !== null && isLoopback(hostname) ? THIS_MACHINE : (found ?? []);
      if (error !== null && addresses.length === 0) return callback(error, []);
      remember(hostname, addresses);
      const allowed =
        reach === undefined
          ? addresses
          : addresses.filter(({ address }) => !isSsrfTarget(zoneOf(address), reach));
      const [first] = allowed;
      if (first === undefined) return callback(new AddressRefused(hostname), []);
      if (options.all === true) return callback(null, allowed);
      return callback(null, first.address, first.family);
    });
  };

// RFC 6761 §6.3. Not every system knows names below localhost.
const THIS_MACHINE: LookupAddress[] = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

/** The name leads to no address that the request may go to. */
export class AddressRefused extends Error {
  constructor(hostname: string) {
    super(`${hostname} is inside the local network`);
  }
}

/** The zones that names had when we connected; if a name had several, the narrowest. */
const known = new Map<string, Zone>();
const KNOWN_LIMIT = 1_000;

function remember(hostname: string, addresses: readonly LookupAddress[]): void {
  const zone = serverZone(addresses.map(({ address }) => address));
  const before = known.get(hostname);
  if (known.size >= KNOWN_LIMIT) known.clear();
  known.set(hostname, before === undefined ? zone : narrower(before, zone));
}

/** The zone of a server that has sent us somewhere; `public` for one that only a proxy can look up. */
export async function zoneOfServer({ hostname }: URL, resolve = addressesOf): Promise<Zone> {
  const bare = hostname.replace(/^\[|\]$/g, "");
  const literal = literalZone(hostname);
  if (literal !== undefined) return literal === "network" ? serverZone([bare]) : literal;
  return known.get(hostname) ?? serverZone(await resolve(hostname));
}

/** An address of one of this machine's own interfaces is this machine, too. */
function serverZone(addresses: readonly string[]): Zone {
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address) ?? []),
  );
  const zones = addresses.map((address) => {
    const zone = zoneOf(address);
    return zone === "network" && own.has(address) ? "machine" : zone;
  });
  return zones.length === 0 ? "public" : zones.reduce(narrower);
}

async function addressesOf(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}
