/** Connections, shared by the whole process. @module */
import { Agent as HttpAgent, type AgentOptions } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { LixImageError } from "./errors.ts";
import { trustedContext, type OriginCertificates } from "./http-trust.ts";

/** To a connection that can carry a request: name lookup, TCP, proxy and TLS. */
export const CONNECT_LIMIT_MS = 20_000;
/** From the last byte of a request to the answer: registries put large uploads together then. */
export const ANSWER_LIMIT_MS = 120_000;
/**
 * Until one of a host's connections is free. Long, because others may be in the middle of large files,
 * and not endless, so that what holds them without using them cannot hold us for ever.
 */
export const QUEUE_LIMIT_MS = 600_000;

// More than any width with which one part of the program holds bodies open, so that a request
// cannot wait forever for a socket that another part will not let go.
const SOCKETS_PER_HOST = 16;

const agents = new Map<string, HttpAgent>();

/**
 * The agent for a URL: by protocol, past the proxy for this machine's own servers, and with the
 * certificates that are for its origin.
 */
export function agentFor(url: URL, certificates?: OriginCertificates): HttpAgent {
  // As Go's ProxyFromEnvironment, so as docker and skopeo do: loopback is never proxied.
  const direct = isLoopback(url.hostname);
  const own = certificates?.origin === url.origin ? certificates : undefined;
  const key = [url.protocol, direct ? "direct" : "proxied", own?.id].join(" ");
  const known = agents.get(key);
  if (known !== undefined) return known;
  const options = {
    keepAlive: true,
    maxSockets: SOCKETS_PER_HOST,
    // Limits Node's wait for a proxy's tunnel and how long an idle connection is kept.
    timeout: CONNECT_LIMIT_MS,
    // Since Node 22.21; older ones ignore it.
    ...(direct ? {} : { proxyEnv: process.env }),
  };
  const made = makeAgent(url.protocol, options, own);
  agents.set(key, made);
  return made;
}

export function isLoopback(hostname: string): boolean {
  return /^(?:(?:.*\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(hostname);
}

function makeAgent(
  protocol: string,
  options: AgentOptions,
  certificates: OriginCertificates | undefined,
): HttpAgent {
  const secureContext = protocol === "https:" ? trustedContext(certificates) : undefined;
  try {
    if (protocol !== "https:") return new HttpAgent(options);
    return new HttpsAgent(secureContext === undefined ? options : { ...options, secureContext });
  } catch {
    // Node's message holds the proxy's URL and perhaps its password, so it is not passed on.
    throw new InvalidProxy(protocol);
  }
}

export class InvalidProxy extends LixImageError {
  readonly code = "INVALID_PROXY";
  constructor(protocol: string) {
    const name = protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
    super(`${name}: expected the URL of a proxy; got something else`, {
      hint: `set ${name} to a URL such as http://proxy.example:3128, or unset it`,
    });
  }
}
