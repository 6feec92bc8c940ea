/**
 * Where a registry may send us: the realm of its token service, the Location of an upload, the store
 * that its blobs are in. All come from the other side, and what we send there are credentials, the
 * user's bytes, or a request from inside the user's network.
 * @module
 */
import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { LixImageError } from "../base/errors.ts";
import { isLoopback } from "../base/loopback.ts";
import { redactUrl } from "../base/redact.ts";

export interface Step {
  /** Where the answer came from that sends us on. */
  readonly from: URL;
  readonly what: "token service" | "upload address" | "next page of tags" | "redirect";
  /** What is asked of whom, for messages. */
  readonly label: string;
}

/** The URL that `text` means there; throws when we must not go to it. */
export async function onward(
  text: string,
  { from, what, label }: Step,
  resolve = addressesOf,
): Promise<URL> {
  const refuse = (reason: string, hint: string): UnsafeAddress =>
    new UnsafeAddress(`${label}: the ${what} that ${from.host} names ${reason}`, { hint });
  const to = URL.parse(text, from.href);
  if (to === null) throw refuse("is not a URL", IS_IT_ONE);
  if (what !== "token service") restorePort(to, from);
  const shown = redactUrl(to);
  // Credentials that the other side puts into an address are not ours to use.
  to.username = "";
  to.password = "";
  if (to.protocol !== "https:" && to.protocol !== "http:")
    throw refuse(`is neither http nor https: ${shown}`, IS_IT_ONE);
  // A network in between could otherwise read credentials by changing one header.
  if (from.protocol === "https:" && to.protocol === "http:")
    throw refuse(`is plain http: ${shown}`, what === "redirect" ? NO_REDIRECTS : FORWARDED_PROTO);
  if (await isAmbush(to.hostname, from.hostname, resolve))
    throw refuse(
      `is inside the local network: ${shown}`,
      `${from.hostname} is not, so it must name its servers by host names, or by addresses that all its users can reach`,
    );
  return to;
}

const IS_IT_ONE = "is this the container registry that you meant?";
const FORWARDED_PROTO = "a proxy in front of the registry must pass on X-Forwarded-Proto: https";
const NO_REDIRECTS =
  "the registry's store must speak https, or the registry send what it stores itself (distribution: storage.redirect.disable)";

/**
 * Proxies that pass on a Host without its port (nginx: $host) make registries forget it. A token
 * service may well be on the same host at the usual port: GitLab's is.
 */
function restorePort(to: URL, from: URL): void {
  if (to.hostname === from.hostname && to.protocol === from.protocol && to.port === "")
    to.port = from.port;
}

/**
 * Whether a server leads us to an address that means something to us and nothing to it: our machine,
 * our network. As go-containerregistry, but for those that are in that network themselves, and send us
 * to a store or a token service beside them. Names are followed: who can change what they mean is
 * whoever runs the server or the network.
 */
async function isAmbush(to: string, from: string, resolve: typeof addressesOf): Promise<boolean> {
  if (to === from) return false;
  const address = literalOf(to);
  if (address === undefined || !isIn(PRIVATE, address)) return false;
  if (isIn(METADATA, address)) return true;
  const own = literalOf(from);
  const addresses = own === undefined ? await resolve(from) : [own];
  return addresses.length === 0 || !addresses.every((each) => isIn(PRIVATE, each));
}

/** What stands in a URL for an address, without anybody being asked. */
function literalOf(hostname: string): string | undefined {
  if (isLoopback(hostname)) return "127.0.0.1";
  const bare = hostname.replace(/^\[|\]$/g, "");
  return isIP(bare) === 0 ? undefined : bare;
}

/** None for a name that only a proxy knows. */
async function addressesOf(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

const isIn = (networks: BlockList, address: string): boolean =>
  networks.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");

// Those that tell a machine in a cloud who it is, and hand it its keys: no registry is beside them.
const METADATA = networksOf(
  ["169.254.0.0", 16],
  ["fe80::", 10],
  ["fd00:ec2::", 32],
  ["100.100.100.200", 32],
);
// RFC 1122, 1918, 3927, 4193, 4291, 6598.
const PRIVATE = networksOf(
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["::", 127],
  ["fc00::", 7],
  ["fe80::", 10],
);

function networksOf(...subnets: readonly (readonly [string, number])[]): BlockList {
  const networks = new BlockList();
  for (const [network, prefix] of subnets)
    networks.addSubnet(network, prefix, isIP(network) === 4 ? "ipv4" : "ipv6");
  return networks;
}

export class UnsafeAddress extends LixImageError {
  readonly code = "UNSAFE_ADDRESS";
}
