/**
 * The bytes of one upload. All in one PUT, where the registry takes them so: the digest is known before.
 * Otherwise as Docker sends them: all in one PATCH without a Content-Range, and a PUT that ends it. ECR
 * loses all but the first of several chunks, GHCR caps those with a Content-Range. Where a large upload
 * broke, and the registry says how much of it it has kept, as distribution 3 does, the rest goes into
 * one such PATCH, too.
 * @see distribution-spec, "Pushing blobs"; docs/decisions/0008-uploads.md
 * @module
 */
import { LixImageError } from "../base/errors.ts";
import type { HttpResponse } from "../http/request.ts";
import type { Blob } from "../formats/oci/layer.ts";
import { verifiedBlob } from "../formats/oci/verified-blob.ts";
import { isBelievable, isSuccess, NotARegistry, RegistryUnavailable } from "./answer.ts";
import { hasBlob } from "./has-blob.ts";
import { resolveRedirect } from "./resolve-redirect.ts";
import type { RegistrySession } from "./registry-session.ts";

/** Where the next byte of an upload goes. */
export interface UploadPoint {
  readonly address: URL;
  /** How many bytes are there already. */
  readonly offset: number;
}

export interface SendOptions extends UploadPoint {
  /** `"PUT"`: the bytes go with the request that ends the upload. `"PATCH"`: they go before it. */
  readonly way: "PUT" | "PATCH";
  readonly signal: AbortSignal | undefined;
}

// Below it, to send all again takes less time than to ask.
const WORTH_RESUMING = 1024 * 1024;

/** Sends the blob, or the rest of it, and ends the upload. */
export async function sendBytes(
  session: RegistrySession,
  blob: Blob,
  { address, offset, way, signal }: SendOptions,
): Promise<void> {
  const label = uploadLabel(session, blob);
  const send = (method: "PATCH" | "PUT", url: URL, from: number): Promise<HttpResponse> =>
    session.request(url, {
      method,
      access: "push",
      // One that broke may have used up its upload; uploadBlob finds out.
      retry: false,
      headers: { "content-type": "application/octet-stream" },
      body:
        from === blob.size
          ? undefined
          : {
              size: blob.size - from,
              open: () => skip(verifiedBlob(blob.open(), blob, label), from),
            },
      // A large blob may take as long as it moves.
      limitMs: undefined,
      responseLimitMs: session.timeouts.commitLimitMs,
      label,
      signal,
    });
  let [at, sent] = [address, offset];
  if ((offset > 0 || way === "PATCH") && offset < blob.size) {
    const patched = await send("PATCH", at, offset);
    // As go-containerregistry: 201 and 204 are seen in the field.
    await accept(session, patched, { label, statuses: [202, 201, 204, 200] });
    at = await nextAddress(patched, at, label);
    sent = blob.size;
  }
  const last = new URL(at);
  last.searchParams.set("digest", blob.digest);
  const ended = await send("PUT", last, sent);
  if (!(await isTaken(session, blob, { ended, signal })))
    await accept(session, ended, { label, statuses: [201, 204] });
}

/** Successes that servers of the field have for it (containerd takes 200) are believed when the blob is there. */
async function isTaken(
  session: RegistrySession,
  blob: Blob,
  { ended, signal }: { readonly ended: HttpResponse } & Pick<SendOptions, "signal">,
): Promise<boolean> {
  const isUsual = ended.status === 201 || ended.status === 204;
  if (isUsual || !isSuccess(ended) || !isBelievable(ended)) return false;
  await ended.discard();
  if (await hasBlob(session, blob.digest, signal)) return true;
  const got = `HTTP status ${ended.status}, and the blob is not there`;
  throw new RegistryUnavailable(uploadLabel(session, blob), got, { response: ended });
}

/** A success is told by its status: Quay's are in HTML, as its framework has it. */
async function accept(
  session: RegistrySession,
  response: HttpResponse,
  { label, statuses }: { readonly label: string; readonly statuses: readonly number[] },
): Promise<void> {
  const isPage = response.status === 200 && !isBelievable(response);
  if (statuses.includes(response.status) && !isPage) return await response.discard();
  if (isPage) {
    await response.discard();
    throw new RegistryUnavailable(label, "HTTP status 200 in a web page", { response });
  }
  throw await session.failure(response, label);
}

/** What a registry has kept of an upload that broke; undefined when it is better to begin again. */
export async function keptBytes(
  session: RegistrySession,
  blob: Blob,
  { address, signal }: UploadPoint & { readonly signal: AbortSignal | undefined },
): Promise<UploadPoint | undefined> {
  if (blob.size < WORTH_RESUMING) return undefined;
  const label = uploadLabel(session, blob);
  try {
    const told = await session.request(address, { retry: false, label, signal });
    await told.discard();
    const offset = Number(/^0-(\d+)$/.exec(told.headers.range ?? "")?.[1] ?? 0) + 1;
    // 0-0 is what an empty upload is said to have, too.
    if (told.status !== 204 || offset === 1 || offset > blob.size) return undefined;
    return { address: await nextAddress(told, address, label), offset };
  } catch (error) {
    if (error instanceof LixImageError && signal?.aborted !== true) return undefined;
    throw error;
  }
}

/** Where an answer says that the upload goes on: its query, which holds the state, is kept whole. */
export async function uploadAddress({ headers, url }: HttpResponse, label: string): Promise<URL> {
  if (headers.location === undefined)
    throw new NotARegistry(label, "no Location for the upload", url);
  return await resolveRedirect(headers.location, {
    from: new URL(url),
    what: "upload address",
    label,
  });
}

const nextAddress = async (answer: HttpResponse, address: URL, label: string): Promise<URL> =>
  answer.headers.location === undefined ? address : await uploadAddress(answer, label);

export const uploadLabel = (session: RegistrySession, { digest }: Blob): string =>
  `${session.description}: uploading blob ${digest}`;

async function* skip(source: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of source) {
    if (chunk.length > left) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
