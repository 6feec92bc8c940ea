/** Connections, shared by the whole process. @module */
import type { Agent, AgentOptions } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { TIME_LIMIT } from "../base/retry-policy.ts";
import { lixError } from "../errors/lix-error.ts";
import type { Zone } from "./address-zone.ts";
import { lookupWithin } from "./lookup.ts";
import { HttpAgent } from "./node-http.ts";
import { proxyFor } from "./proxy.ts";
import { trustedContext, type OriginCertificates } from "./tls-trust.ts";

// More than the bodies that any one part of the program holds open, so that a request cannot wait forever
// for a socket that another part does not release.
const SOCKETS_PER_HOST = 16;

const agents = new Map<string, Agent>();

export interface AgentNeeds {
  readonly certificates?: OriginCertificates | undefined;
  /** Addresses beyond it are refused. Default: none. */
  readonly reach?: Zone | undefined;
  /** A connection that has carried no request before, and is closed after this one. */
  readonly freshConnection?: boolean | undefined;
}

/**
 * The agent for a URL: by protocol and proxy, and with the certificates that are for its origin. A
 * connection that was made without a check of its address is never used where there must be one.
 */
export function agentFor(url: URL, needs: AgentNeeds = {}): Agent {
  const { certificates, reach, freshConnection } = needs;
  const proxy = proxyFor(url);
  const own = certificates?.origin === url.origin ? certificates : undefined;
  const kind = freshConnection === true ? "fresh" : "kept";
  const key = [url.protocol, proxy?.href ?? "direct", kind, reach, own?.id].join(" ");
  const known = agents.get(key);
  if (known !== undefined) return known;
  const made = makeAgent(url.protocol, proxy, { ...needs, certificates: own });
  agents.set(key, made);
  return made;
}

function makeAgent(
  protocol: string,
  proxy: URL | undefined,
  { certificates, reach, freshConnection }: AgentNeeds,
): Agent {
  const isTls = protocol === "https:";
  // We decide what needs no proxy, so Node gets no NO_PROXY.
  const proxyEnv = proxy && { [isTls ? "https_proxy" : "http_proxy"]: proxy.href };
  const options: AgentOptions = {
    keepAlive: freshConnection !== true,
    maxSockets: SOCKETS_PER_HOST,
    // Limits Node's wait for a proxy's tunnel and how long an idle connection is kept.
    timeout: TIME_LIMIT.connect.ms,
    // Since Node 22.21; older ones ignore it.
    ...(proxyEnv ? { proxyEnv } : { lookup: lookupWithin(reach) }),
  };
  const secureContext = isTls ? trustedContext(certificates) : undefined;
  try {
    if (!isTls) return new HttpAgent(options);
    return new HttpsAgent(secureContext === undefined ? options : { ...options, secureContext });
  } catch {
    // Node's message holds the proxy's URL and perhaps its password, so it is not passed on.
    throw lixError("INVALID_PROXY", { variable: isTls ? "HTTPS_PROXY" : "HTTP_PROXY" });
  }
}
