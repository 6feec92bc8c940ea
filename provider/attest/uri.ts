/**
 * Web addresses as documents may have them. Browsers take more than RFC 3986 allows, and a validator that does not
 * refuses the whole document.
 * @module
 */

/** Undefined for what is no address on the web, such as a file of this machine. */
export function webUri(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  const path = url.href.slice(url.origin.length);
  return url.origin + path.replace(UNENCODED, encodeURIComponent);
}

// A % that encodes nothing, or a character that has to be encoded; a # inside a fragment is one.
const UNENCODED = /%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~:/?#@!$&'()*+,;=%-]|(?<=#.*)#/g;
