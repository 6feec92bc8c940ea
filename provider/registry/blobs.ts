/**
 * Blobs of one repository: whether it has one, and how one gets there, mounted from another repository or
 * uploaded. All bytes go in one PUT where the registry takes them so, because the digest is known before;
 * otherwise as Docker sends them, in one PATCH without a Content-Range and a PUT that ends the upload. ECR
 * loses all but the first of several chunks, and GHCR caps those with a Content-Range.
 * @see distribution-spec, "Pushing blobs"; docs/decisions/0008-uploads.md
 * @module
 */
import type { Bytes } from "../base/bytes.ts";
import { Limiter } from "../base/concurrency.ts";
import { LixImageError } from "../base/errors.ts";
import { mayRetry, pauseBeforeRetry, transientKind } from "../base/retry.ts";
import { RETRY } from "../base/retry-policy.ts";
import type { HttpResponse } from "../http/request.ts";
import type { Digest } from "../formats/oci/digest.ts";
import type { Blob } from "../formats/oci/layer.ts";
import { openVerified } from "../formats/oci/verified-blob.ts";
import { isBelievable, isSuccess, mayTakeGet } from "./believable.ts";
import { NotARegistry, RegistryRefused, RegistryUnavailable } from "./refusal.ts";
import type { RegistrySession } from "./registry-session.ts";
import { resolveRedirect } from "./resolve-redirect.ts";

export interface PushBlobOptions {
  /** Another repository of the same registry that has the blob. */
  readonly mountFrom?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @see distribution-spec, "Checking if content exists in the registry" */
export async function hasBlob(
  session: RegistrySession,
  digest: Digest,
  signal?: AbortSignal,
): Promise<boolean> {
  const label = `${session.description}: looking for blob ${digest}`;
  const url = session.url(`blobs/${digest}`);
  let response = await session.request(url, { method: "HEAD", label, signal });
  // A store's address may be signed for GET alone. If the GET fails too, the answer to the HEAD counts.
  const isSignedForGet = response.status === 403 && !session.isOwn(response);
  if (mayTakeGet(response) || isSignedForGet) {
    const refusal = await response.detach();
    response = await session.request(url, { headers: { range: "bytes=0-0" }, label, signal });
    if (isSignedForGet && !isThere(response)) {
      await response.discard();
      response = refusal;
    }
  }
  if (isThere(response)) {
    await response.discard();
    return true;
  }
  if (!(await session.isMissing(response, signal))) throw await session.failure(response, label);
  await response.discard();
  return false;
}

// A web server that answers everything with a page says 200 to this, too.
const isThere = (response: HttpResponse): boolean =>
  (response.status === 200 || response.status === 206) && isBelievable(response);

/** One limit for the whole process, so that many images at once do not open many times as many files. */
const uploads = new Limiter(8);

/** Does not ask whether the blob is there already. */
export async function pushBlob(
  session: RegistrySession,
  blob: Blob,
  { mountFrom, signal }: PushBlobOptions = {},
): Promise<"mounted" | "uploaded"> {
  const label = `${session.description}: uploading blob ${blob.digest}`;
  const push: BlobPush = { session, blob, label, signal };
  return await uploads.run(async () => {
    const mounted = mountFrom === undefined ? undefined : await mountBlob(push, mountFrom);
    if (mounted === "mounted") return mounted;
    const begun = mounted ?? (await initiateUpload(push));
    const way = session.memory.takesOnlyPatches ? "PATCH" : "PUT";
    try {
      await upload(push, begun, way);
    } catch (error) {
      if (way === "PATCH" || !mayWantPatch(error)) throw error;
      await upload(push, await initiateUpload(push), "PATCH").catch((second: unknown) => {
        // A registry that refuses both ways gave its reason at the first.
        throw second instanceof RegistryRefused ? error : second;
      });
      session.memory.takesOnlyPatches = true;
    }
    return "uploaded";
  });
}

/** One blob on its way. */
interface BlobPush {
  readonly session: RegistrySession;
  readonly blob: Blob;
  /** For messages. */
  readonly label: string;
  readonly signal: AbortSignal | undefined;
}

/** An upload that has begun. */
interface Upload {
  /** Where its next byte goes. */
  readonly location: URL;
  /** How many bytes are there already. */
  readonly offset: number;
}

/**
 * Whether the registry may take bytes in a PATCH alone: Artifactory does not find the digest of a PUT with a
 * body, Pulp before 2023 leaves the body out, others do not allow it.
 */
const mayWantPatch = (error: unknown): boolean =>
  (error instanceof RegistryRefused && NO_WHOLE_PUT.has(error.status)) ||
  (error instanceof RegistryUnavailable && error.status === 501);

const NO_WHOLE_PUT: ReadonlySet<number> = new Set([400, 404, 405, 411, 415, 416, 422]);

/** "mounted"; or the upload that the registry began instead; or undefined: it must be initiated. */
async function mountBlob(
  { session, blob, signal }: BlobPush,
  mountFrom: string,
): Promise<"mounted" | Upload | undefined> {
  const url = session.url("blobs/uploads/");
  url.searchParams.set("mount", blob.digest);
  url.searchParams.set("from", mountFrom);
  const label = `${session.description}: mounting blob ${blob.digest}`;
  let response: HttpResponse;
  try {
    const request = { method: "POST", access: "push", mountFrom, label, signal } as const;
    response = await session.request(url, request);
  } catch (error) {
    // Docker Hub gives no token at all when it does not know the other repository.
    if (error instanceof LixImageError) return undefined;
    throw error;
  }
  await response.discard();
  // Registries refuse mounts in many ways, and an upload does as well.
  if (response.status !== 202) return response.status === 201 ? "mounted" : undefined;
  return { location: await locationOf(response, label), offset: 0 };
}

async function initiateUpload({ session, label, signal }: BlobPush): Promise<Upload> {
  const request = { method: "POST", access: "push", retry: true, label, signal } as const;
  const response = await session.request(session.url("blobs/uploads/"), request);
  // As containerd: what names an address has begun an upload.
  const hasBegun = isSuccess(response) && isBelievable(response) && response.headers.location;
  if (response.status !== 202 && !hasBegun) throw await session.failure(response, label);
  await response.discard();
  return { location: await locationOf(response, label), offset: 0 };
}

/**
 * Sends and commits the blob; after a failure it resumes, or begins again.
 * @param way "PUT": the bytes go with the request that commits the blob. "PATCH": they go before it.
 */
async function upload(push: BlobPush, begun: Upload, way: "PUT" | "PATCH"): Promise<void> {
  const { session, blob, signal } = push;
  let at = begun;
  for (let tried = 1; ; tried += 1) {
    let failure: unknown;
    try {
      // The rest of a broken upload is streamed in any case, since a PUT holds a blob from its beginning.
      const isStreamed = way === "PATCH" || at.offset > 0;
      return await commitBlob(push, isStreamed ? await streamBlob(push, at) : at);
    } catch (error) {
      failure = error;
    }
    // A registry may accept a whole upload, but not the rest of one.
    const isRest = failure instanceof RegistryRefused && at.offset > 0;
    const kind = isRest ? "refused rest" : transientKind(failure);
    if (kind === undefined || !mayRetry(RETRY.upload, kind, tried)) throw failure;
    const retryAfterMs = failure instanceof RegistryUnavailable ? failure.retryAfterMs : undefined;
    const firstPauseMs = session.timeouts.retryDelayMs;
    await pauseBeforeRetry(RETRY.upload, tried, { firstPauseMs, retryAfterMs, signal });
    // The answer may have been lost after the registry had kept the blob.
    if (await hasBlob(session, blob.digest, signal)) return;
    const isBroken = kind === "network" || kind === "silence";
    const kept = isBroken ? await uploadStatus(push, at) : undefined;
    at = kept ?? (await initiateUpload(push));
  }
}

/** Sends the bytes from the offset on. Afterwards the upload has all bytes. */
async function streamBlob(push: BlobPush, { location, offset }: Upload): Promise<Upload> {
  if (offset === push.blob.size) return { location, offset };
  const response = await sendBytes(push, { method: "PATCH", location, offset });
  // As go-containerregistry: 201 and 204 are seen in the field.
  await accept(push, response, [202, 201, 204, 200]);
  return { location: await nextLocation(push, response, location), offset: push.blob.size };
}

/** Ends the upload, with all bytes that it still lacks. */
async function commitBlob(push: BlobPush, { location, offset }: Upload): Promise<void> {
  const { session, blob, label, signal } = push;
  const url = new URL(location);
  url.searchParams.set("digest", blob.digest);
  const response = await sendBytes(push, { method: "PUT", location: url, offset });
  const isUsual = response.status === 201 || response.status === 204;
  if (isUsual || !isSuccess(response) || !isBelievable(response))
    return await accept(push, response, [201, 204]);
  await response.discard();
  // Some servers answer with another success (containerd takes 200): it counts when the blob is there.
  if (await hasBlob(session, blob.digest, signal)) return;
  const got = `HTTP status ${response.status}, and the blob is not there`;
  throw new RegistryUnavailable(label, got, { response });
}

/** One request with the bytes from the offset on; without a body where all are there. */
async function sendBytes(
  { session, blob, label, signal }: BlobPush,
  { method, location, offset }: Upload & { readonly method: "PATCH" | "PUT" },
): Promise<HttpResponse> {
  const open = (): Bytes => skip(openVerified(blob, label), offset);
  return await session.request(location, {
    method,
    access: "push",
    headers: { "content-type": "application/octet-stream" },
    body: offset === blob.size ? undefined : { size: blob.size - offset, open },
    // A request that broke may have used up its upload; `upload` finds out.
    retry: false,
    // A large blob may take as long as it moves.
    limitMs: undefined,
    responseLimitMs: session.timeouts.commitLimitMs,
    label,
    signal,
  });
}

/** The status alone shows a success: Quay's are in HTML, as its framework has it. */
async function accept(
  { session, label }: BlobPush,
  response: HttpResponse,
  statuses: readonly number[],
): Promise<void> {
  const isPage = response.status === 200 && !isBelievable(response);
  if (!isPage && !statuses.includes(response.status)) throw await session.failure(response, label);
  await response.discard();
  if (isPage) throw new RegistryUnavailable(label, "HTTP status 200 in a web page", { response });
}

// Below it, sending everything again takes less time than asking.
const WORTH_RESUMING = 1024 * 1024;

/**
 * What a registry has kept of an upload that broke, as distribution 3 does; undefined when it is better to
 * begin again. @see distribution-spec, "Pushing a blob in chunks"
 */
async function uploadStatus(push: BlobPush, { location }: Upload): Promise<Upload | undefined> {
  const { session, blob, label, signal } = push;
  if (blob.size < WORTH_RESUMING) return undefined;
  try {
    const response = await session.request(location, { retry: false, label, signal });
    await response.discard();
    const offset = Number(/^0-(\d+)$/.exec(response.headers.range ?? "")?.[1] ?? 0) + 1;
    // Registries say 0-0 for an empty upload, too.
    if (response.status !== 204 || offset === 1 || offset > blob.size) return undefined;
    return { location: await nextLocation(push, response, location), offset };
  } catch (error) {
    if (error instanceof LixImageError && signal?.aborted !== true) return undefined;
    throw error;
  }
}

/** Where the upload goes on: the query of the address holds its state, and is kept whole. */
async function locationOf({ headers, url }: HttpResponse, label: string): Promise<URL> {
  const { location } = headers;
  if (location === undefined) throw new NotARegistry(label, "no Location for the upload", url);
  return await resolveRedirect(location, { from: new URL(url), what: "upload address", label });
}

const nextLocation = async (push: BlobPush, response: HttpResponse, last: URL): Promise<URL> =>
  response.headers.location === undefined ? last : await locationOf(response, push.label);

async function* skip(source: Bytes, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of source) {
    if (chunk.length > left) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
