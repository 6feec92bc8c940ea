/**
 * One blob into one repository: mounted from another one, or uploaded, again and again when that breaks.
 * @see distribution-spec, "Pushing blobs"
 * @module
 */
import { Limiter } from "../base/concurrency.ts";
import { LixImageError } from "../base/errors.ts";
import type { HttpResponse } from "../http/request.ts";
import { isRetryableFailure, pauseBefore } from "../http/retry.ts";
import { HttpUnreachable } from "../http/unreachable.ts";
import type { Blob } from "../formats/oci/layer.ts";
import { isBelievable, isSuccess, RegistryRefused, RegistryUnavailable } from "./answer.ts";
import { hasBlob } from "./has-blob.ts";
import type { RegistrySession } from "./registry-session.ts";
import {
  keptBytes,
  sendBytes,
  uploadAddress,
  uploadLabel,
  type SendOptions,
  type UploadPoint,
} from "./upload-bytes.ts";

export interface UploadOptions {
  /** Another repository of the same registry that has the blob. */
  readonly mountFrom?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Of the whole process, so that many images at once do not open many times as many files. */
const uploads = new Limiter(8);
const TRIES = 4;
// What takes a blob twice and never says that it has it will not say it the third time; and what says
// twice that an upload is another than we think may not take such uploads at all.
const SILENT_TRIES = 2;
const LOST_TRIES = 2;

/** The upload is not what we think it is. The last: a proxy sent the bytes twice. */
const LOST: ReadonlySet<string> = new Set([
  "BLOB_UPLOAD_UNKNOWN",
  "BLOB_UPLOAD_INVALID",
  "RANGE_INVALID",
]);

export async function uploadBlob(
  session: RegistrySession,
  blob: Blob,
  options: UploadOptions = {},
): Promise<"mounted" | "uploaded"> {
  return await uploads.run(async () => {
    const begun = await begin(session, blob, options);
    if (begun === "mounted") return begun;
    const { signal } = options;
    if (takesOnlyPatches.has(session.origin.origin)) {
      await upload(session, blob, { begun, way: "PATCH", signal });
      return "uploaded";
    }
    try {
      await upload(session, blob, { begun, way: "PUT", signal });
    } catch (error) {
      if (!mayWantPatch(error)) throw error;
      const again = await begin(session, blob, { signal });
      if (again === "mounted") return again;
      // What refuses both ways has said why at the first.
      await upload(session, blob, { begun: again, way: "PATCH", signal }).catch(
        (second: unknown) => {
          throw second instanceof RegistryRefused ? error : second;
        },
      );
      takesOnlyPatches.add(session.origin.origin);
    }
    return "uploaded";
  });
}

/** Origins of registries that refused bytes in a PUT and took them in a PATCH; for the life of the process. */
const takesOnlyPatches = new Set<string>();

/** Again and again, as far as each failure promises that another try may do better. */
async function upload(
  session: RegistrySession,
  blob: Blob,
  { begun, way, signal }: { readonly begun: UploadPoint } & Pick<SendOptions, "way" | "signal">,
): Promise<void> {
  let at = begun;
  for (let tried = 1; ; tried += 1) {
    const point = { ...at, way, signal };
    const failed = await sendBytes(session, blob, point).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (failed === undefined) return;
    const { error } = failed;
    if (tried === TRIES || !isCurable(error, { tried, point })) throw error;
    await pauseBefore(tried, {
      firstMs: session.timeouts.retryDelayMs,
      retryAfter: error instanceof RegistryUnavailable ? error.retryAfter : undefined,
      signal,
    });
    // The answer may have been lost after the registry had kept the blob.
    if (await hasBlob(session, blob.digest, signal)) return;
    const kept = isRetryableFailure(error) ? await keptBytes(session, blob, point) : undefined;
    const next = kept ?? (await begin(session, blob, { signal }));
    if (next === "mounted") return;
    at = next;
  }
}

/**
 * Whether the registry may take bytes in a PATCH alone, as Docker sends them: Artifactory does not find
 * the digest of a PUT with a body, Pulp before 2023 leaves the body out, others do not allow it.
 */
const mayWantPatch = (error: unknown): boolean =>
  (error instanceof RegistryRefused && NO_WHOLE_PUT.has(error.status)) ||
  (error instanceof RegistryUnavailable && error.status === 501);

const NO_WHOLE_PUT: ReadonlySet<number> = new Set([400, 404, 405, 411, 415, 416, 422]);

/** Where the blob goes; "mounted" when there is no need to send it. */
async function begin(
  session: RegistrySession,
  blob: Blob,
  options: UploadOptions,
): Promise<"mounted" | UploadPoint> {
  const label = uploadLabel(session, blob);
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
  // As containerd: what names an address has begun an upload.
  const hasBegun = isSuccess(started) && isBelievable(started) && started.headers.location;
  if (started.status !== 202 && !hasBegun) throw await session.failure(started, label);
  await started.discard();
  return { address: await uploadAddress(started, label), offset: 0 };
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

function isCurable(
  error: unknown,
  { tried, point }: { readonly tried: number; readonly point: UploadPoint },
): boolean {
  if (error instanceof HttpUnreachable && error.timedOut) return tried < SILENT_TRIES;
  if (isRetryableFailure(error) || error instanceof RegistryUnavailable) return true;
  if (!(error instanceof RegistryRefused)) return false;
  // It may take a whole upload, and no rest of one.
  if (point.offset > 0) return true;
  // Our own check of the bytes passed, so they were damaged on the way. Once.
  if (error.codes.includes("DIGEST_INVALID") && tried === 1) return true;
  return tried < LOST_TRIES && error.codes.some((code) => LOST.has(code));
}
