/**
 * One blob into one repository: POST, then the whole body in one PUT. That is the one way all
 * registries agree on: ECR loses all but the first of several chunks, GHCR caps ranged ones, and
 * registry 2.8 cannot resume. So a broken upload starts again from its first byte.
 * @see distribution-spec, "Pushing blobs"
 * @module
 */
import { Limiter } from "../base/concurrency.ts";
import { LixImageError } from "../base/errors.ts";
import type { HttpResponse } from "../base/http.ts";
import { isRetryableFailure, pauseBefore } from "../base/http-retry.ts";
import type { Digest } from "../oci/digest.ts";
import type { Blob } from "../oci/layer.ts";
import { verifiedBlob } from "../oci/verified-blob.ts";
import {
  failure,
  isForeign,
  isMissing,
  NotARegistry,
  RegistryRefused,
  RegistryUnavailable,
} from "./answer.ts";
import { onward } from "./onward.ts";
import type { RegistrySession } from "./session.ts";

export interface UploadOptions {
  /** Another repository of the same registry that has the blob. */
  readonly mountFrom?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Of the whole process, so that many images at once do not open many times as many files. */
const uploads = new Limiter(8);
const TRIES = 4;
const FIRST_PAUSE_MS = 500;

export async function uploadBlob(
  session: RegistrySession,
  blob: Blob,
  options: UploadOptions = {},
): Promise<"mounted" | "uploaded"> {
  return await uploads.run(async () => {
    for (let tried = 1; ; tried += 1) {
      options.signal?.throwIfAborted();
      try {
        return await upload(session, blob, tried === 1 ? options : { signal: options.signal });
      } catch (error) {
        if (tried === TRIES || !isCurable(error, tried)) throw error;
      }
      await pauseBefore(tried, {
        firstMs: FIRST_PAUSE_MS,
        retryAfter: undefined,
        signal: options.signal,
      });
      // The answer may have been lost after the registry had kept the blob.
      if (await hasBlob(session, blob.digest, options.signal)) return "uploaded";
    }
  });
}

/** Whether the repository has the blob. */
export async function hasBlob(
  session: RegistrySession,
  digest: Digest,
  signal?: AbortSignal,
): Promise<boolean> {
  const label = `${session.description}: looking for blob ${digest}`;
  const response = await session.request(session.url(`blobs/${digest}`), {
    method: "HEAD",
    label,
    signal,
  });
  await response.discard();
  // A web server that has a page for everything says 200 to this, too.
  if (response.status === 200 && !isForeign(response)) return true;
  if (isMissing(response)) return false;
  throw await failure(response, label, session.denialHint());
}

async function upload(
  session: RegistrySession,
  blob: Blob,
  options: UploadOptions,
): Promise<"mounted" | "uploaded"> {
  const label = `${session.description}: uploading blob ${blob.digest}`;
  const { mountFrom, signal } = options;
  const started =
    (mountFrom === undefined ? undefined : await mount(session, blob, { mountFrom, signal })) ??
    (await session.request(session.url("blobs/uploads/"), {
      method: "POST",
      access: "push",
      retry: true,
      label,
      signal,
    }));
  if (started === "mounted") return started;
  const { location } = started.headers;
  if (started.status !== 202) throw await failure(started, label, session.denialHint());
  await started.discard();
  if (location === undefined)
    throw new NotARegistry(label, "no Location for the upload", started.url);
  // Seen from where the answer came, with its query whole: it holds the state of the upload.
  const target = onward(location, new URL(started.url), "upload address");
  target.searchParams.set("digest", blob.digest);
  const done = await session.request(target, {
    method: "PUT",
    access: "push",
    // One that broke may have used up its upload session; uploadBlob begins a new one.
    retry: false,
    headers: { "content-type": "application/octet-stream" },
    body: { size: blob.size, open: () => verifiedBlob(blob.open(), blob, label) },
    label,
    signal,
  });
  if (done.status !== 201) throw await failure(done, label, session.denialHint());
  await done.discard();
  return "uploaded";
}

/** "mounted", or the answer that begins an upload instead, or undefined to go on without. */
async function mount(
  session: RegistrySession,
  blob: Blob,
  options: { readonly mountFrom: string; readonly signal: AbortSignal | undefined },
): Promise<"mounted" | HttpResponse | undefined> {
  const url = session.url("blobs/uploads/");
  url.searchParams.set("mount", blob.digest);
  url.searchParams.set("from", options.mountFrom);
  const label = `${session.description}: mounting blob ${blob.digest}`;
  let response: HttpResponse;
  try {
    response = await session.request(url, { ...options, method: "POST", access: "push", label });
  } catch (error) {
    // Docker Hub refuses the very token when the other repository is not known to it.
    if (error instanceof LixImageError) return undefined;
    throw error;
  }
  if (response.status === 202) return response;
  await response.discard();
  // Registries refuse mounts in many ways, and an upload does as well.
  return response.status === 201 ? "mounted" : undefined;
}

function isCurable(error: unknown, tried: number): boolean {
  if (isRetryableFailure(error) || error instanceof RegistryUnavailable) return true;
  if (!(error instanceof RegistryRefused)) return false;
  // Our own check of the bytes passed, so they were damaged on the way. Once.
  if (error.codes.includes("DIGEST_INVALID") && tried === 1) return true;
  return error.codes.some(
    (code) => code === "BLOB_UPLOAD_UNKNOWN" || code === "BLOB_UPLOAD_INVALID",
  );
}
