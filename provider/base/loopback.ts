/**
 * Which hosts are this machine itself. One rule serves three purposes: such a registry speaks plain http
 * by default, no proxy is used for it, and no server elsewhere may redirect us to it.
 * @see RFC 6761 §6.3 for names below localhost; curl and browsers have it so too
 * @module
 */

/** @param host as in a URL: `localhost:5000`, `registry.localhost`, `127.1`, `[::1]:80`. */
export function isLoopback(host: string): boolean {
  const hostname = URL.parse(`http://${host}/`)?.hostname.replace(/\.$/, "");
  if (hostname === undefined) return false;
  if (/^(?:.+\.)?localhost$/.test(hostname)) return true;
  // The URL parser turns every spelling into one of these: decimal, octal, with fewer parts, IPv4-mapped.
  return /^127(?:\.\d{1,3}){3}$|^\[::1\]$|^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/.test(hostname);
}
