/**
 * Which requests go through a proxy, by the rules that Go's programs and curl have in common: docker, skopeo
 * and Nix run in the same environment, and Node reads NO_PROXY in another way.
 * @see https://pkg.go.dev/golang.org/x/net/http/httpproxy
 * @see https://curl.se/docs/manpage.html, "ENVIRONMENT"
 * @module
 */
import { BlockList, isIP } from "node:net";
import type { Environment } from "../base/environment.ts";
import { isLoopback } from "../base/loopback.ts";
import { Secrets } from "../base/secrets.ts";
import { lixError } from "../errors/lix-error.ts";

/** The proxy for a URL; undefined for a direct connection. */
export function proxyFor(url: URL, environment: Environment = process.env): URL | undefined {
  const variable = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const text = read(environment, variable);
  if (text === "" || isLoopback(url.host) || isExempt(url, read(environment, "NO_PROXY")))
    return undefined;
  const proxy = URL.parse(text.includes("://") ? text : `http://${text}`);
  if (proxy === null || !/^https?:$/.test(proxy.protocol) || !isDecodable(proxy))
    throw lixError("INVALID_PROXY", { variable });
  rememberLogin(proxy);
  return proxy;
}

// curl reads only the lower case of http_proxy, since CGI makes HTTP_PROXY of a request's header.
const read = (environment: Environment, variable: string): string =>
  (environment[variable.toLowerCase()] || environment[variable] || "").trim();

/** Proxies repeat the header that they refuse. */
function rememberLogin({ username, password }: URL): void {
  if (password === "") return;
  const [user, secret] = [decodeURIComponent(username), decodeURIComponent(password)];
  Secrets.remember(secret, password, `${user}:${secret}`);
}

function isDecodable({ username, password }: URL): boolean {
  try {
    return decodeURIComponent(username + password) !== undefined;
  } catch {
    return false;
  }
}

function isExempt(url: URL, noProxy: string): boolean {
  const host = bare(url.hostname);
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => entry === "*" || isNetworkOf(entry, host) || isHostOf(entry, host, port));
}

/** `10.0.0.0/8`, `fd00::/8` */
function isNetworkOf(entry: string, host: string): boolean {
  const [, address = "", prefix = ""] = /^([^/]+)\/(\d{1,3})$/.exec(entry) ?? [];
  const kind = isIP(address);
  if (kind === 0 || Number(prefix) > (kind === 4 ? 32 : 128) || isIP(host) === 0) return false;
  const network = new BlockList();
  network.addSubnet(address, Number(prefix), kind === 4 ? "ipv4" : "ipv6");
  return network.check(host, isIP(host) === 4 ? "ipv4" : "ipv6");
}

/** `corp.example` and what is below it, `.corp.example` or `*.corp.example`: only what is below it. */
function isHostOf(entry: string, host: string, port: string): boolean {
  const [, inBrackets, name = entry, only] =
    /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  if (only !== undefined && only !== port) return false;
  const meant = inBrackets ?? name;
  if (isIP(meant) !== 0) return canonical(meant) === canonical(host);
  const domain = bare(meant.replace(/^\*(?=\.)/, ""));
  if (domain.startsWith(".")) return domain.length > 1 && host.endsWith(domain);
  return domain !== "" && (host === domain || host.endsWith(`.${domain}`));
}

/** One spelling for all forms of an address, IPv4-mapped ones included. */
function canonical(address: string): string {
  const text = isIP(address) === 6 ? `[${address}]` : address;
  const hostname = bare(URL.parse(`http://${text}/`)?.hostname ?? address);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(hostname) ?? [];
  if (high === undefined || low === undefined) return hostname;
  const [a, b] = [parseInt(high, 16), parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join(".");
}

const bare = (hostname: string): string => hostname.replace(/^\[|\]$|\.$/g, "");
