/**
 * URLs that are written into a lock or beside it, and so into the history of a repository, where they can be
 * read for ever. They must not hold credentials.
 * @module
 */
import { isSecretName, redact } from "../base/redact.ts";

/** Passes the text through; throws a RangeError that does not repeat it. */
export function checkCommittedUrl<T extends string | URL>(text: T): T {
  if (holdsCredential(text instanceof URL ? text.href : text))
    throw new RangeError(
      "credentials do not belong in a lock: leave them out, and put the login for its host into netrc (NETRC or ~/.netrc)",
    );
  return text;
}

function holdsCredential(text: string): boolean {
  const url = URL.parse(text);
  // In doubt, as for messages.
  if (url === null) return redact(text) !== text;
  const { protocol, username, password, pathname, search, hash } = url;
  // ssh://git@host names an account, which a key is for.
  const isAccount = protocol.endsWith("ssh:") && password === "";
  if (password !== "" || (username !== "" && !isAccount)) return true;
  // What looks like a scheme may be a user: me:password@host.
  if (!text.includes("://") && /^[^/?#]*@/.test(url.pathname)) return true;
  // A token in a path, and the parameters of its parts: /x;private_token=…/y.
  const path = [pathname, decoded(pathname)];
  if (path.some((text) => redact(text) !== text)) return true;
  const parameters = [search.slice(1), hash.slice(1), hash.replace(/^[^?]*\?/, "")];
  return parameters.some((part) =>
    [...new URLSearchParams(part.replaceAll(";", "&")).keys()].some(isSecretName),
  );
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
