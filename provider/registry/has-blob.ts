/** Whether a repository has a blob. @see distribution-spec, "Checking if content exists in the registry" @module */
import type { HttpResponse } from "../http/request.ts";
import type { Digest } from "../formats/oci/digest.ts";
import { isBelievable, mayTakeGet } from "./answer.ts";
import type { RegistrySession } from "./registry-session.ts";

export async function hasBlob(
  session: RegistrySession,
  digest: Digest,
  signal?: AbortSignal,
): Promise<boolean> {
  const label = `${session.description}: looking for blob ${digest}`;
  const url = session.url(`blobs/${digest}`);
  const ask = async (method: "HEAD" | "GET"): Promise<HttpResponse> =>
    await session.request(url, {
      method,
      headers: method === "GET" ? { range: "bytes=0-0" } : {},
      label,
      signal,
    });
  let response = await ask("HEAD");
  if (mayTakeGet(response)) {
    await response.discard();
    response = await ask("GET");
  }
  // A web server that has a page for everything says 200 to this, too.
  if ((response.status === 200 || response.status === 206) && isBelievable(response)) {
    await response.discard();
    return true;
  }
  if (!(await session.isMissing(response, signal))) throw await session.failure(response, label);
  await response.discard();
  return false;
}
