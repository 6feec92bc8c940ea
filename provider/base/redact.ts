/** What may be shown of a URL: no user, no password, no query (presigned URLs carry keys there). */
export function redactUrl(url: string | URL): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return "(not a URL)";
  }
  const user = parsed.username !== "" || parsed.password !== "" ? "***@" : "";
  const query = parsed.search === "" ? "" : "?…";
  return `${parsed.protocol}//${user}${parsed.host}${parsed.pathname}${query}`;
}
