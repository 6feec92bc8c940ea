/**
 * One repository of one registry.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 * @module
 */
import { jsonIn } from "../base/json.ts";
import { Bytes } from "../base/bytes.ts";
import type { Environment } from "../base/environment.ts";
import { LixImageError } from "../base/errors.ts";
import type { HttpResponse } from "../http/request.ts";
import { Digest } from "../formats/oci/digest.ts";
import type { Blob } from "../formats/oci/layer.ts";
import { Tag } from "../formats/oci/reference.ts";
import { MediaType } from "../formats/oci/media-type.ts";
import type { Referrer } from "../formats/oci/referrers-index.ts";
import { verifiedBlob } from "../formats/oci/verified-blob.ts";
import { isBelievable, isSuccess, mayTakeGet } from "./believable.ts";
import { hasBlob, pushBlob, type PushBlobOptions } from "./blobs.ts";
import { NotARegistry } from "./refusal.ts";
import type { CredentialSource } from "../login/credentials.ts";
import { findCredentials } from "../login/find-credentials.ts";
import { RegistryTimeouts, type RegistryTimeoutOptions } from "./timeouts.ts";
import { bodyOf } from "../http/request-body.ts";
import { listTags } from "./list-tags.ts";
import { referrersByApi } from "./referrers-api.ts";
import { memoryOf, type RegistryMemories, type RegistryMemory } from "./registry-memory.ts";
import { RegistrySession, type RepositoryAddress } from "./registry-session.ts";

export interface ManifestHead {
  readonly digest: Digest;
  readonly mediaType: string;
  /** Bytes of the manifest. */
  readonly size: number;
}

export interface ReceivedManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** By which a write can be made to depend on what was read. */
  readonly etag?: string | undefined;
}

export interface RegistryClientOptions extends RegistryTimeoutOptions {
  /** Default: {@link findCredentials}. */
  readonly credentials?: CredentialSource | undefined;
  /** Default: the process's own. */
  readonly environment?: Environment | undefined;
  /** What the images of a session share. Default: nothing. */
  readonly memories?: RegistryMemories | undefined;
}

// The distribution-spec's advice, and what registries enforce.
const MANIFEST_LIMIT = 4 * 1024 * 1024;
// Without the docker types a registry that holds one would convert it, or say 404.
const ACCEPT = [
  MediaType.index,
  MediaType.manifest,
  MediaType.dockerList,
  MediaType.dockerManifest,
].join(", ");

/** `undefined` and `false` mean a definite 404; every other failure is thrown. */
export class RegistryClient {
  /** `ghcr.io/acme/lix`, for messages. */
  readonly description: string;
  /** Host and name tell two repositories apart; a mount needs one host and two names. */
  readonly repository: RepositoryAddress;
  readonly timeouts: RegistryTimeouts;
  readonly memory: RegistryMemory;
  readonly #session: RegistrySession;

  constructor(repository: RepositoryAddress, options: RegistryClientOptions = {}) {
    this.repository = repository;
    const { environment = process.env, memories = new Map() } = options;
    this.memory = memoryOf(memories, repository.host);
    this.timeouts = RegistryTimeouts.of(options);
    const credentials: CredentialSource =
      options.credentials ?? ((host, name) => findCredentials(host, name, environment));
    this.#session = new RegistrySession(repository, {
      credentials,
      environment,
      timeouts: this.timeouts,
      memory: this.memory,
    });
    this.description = this.#session.description;
  }

  /** To be called before the requests that precede a push: their login then serves the push as well. */
  expectPush(): void {
    this.#session.expectPush();
  }

  /** What a tag or digest points to. */
  async headManifest(reference: string, signal?: AbortSignal): Promise<ManifestHead | undefined> {
    const { url, label } = this.#manifestAt(reference);
    const headers = { accept: ACCEPT };
    const response = await this.#session.request(url, { method: "HEAD", headers, label, signal });
    await response.discard();
    if (await this.#session.isMissing(response, signal)) return undefined;
    // Some answer GET alone, as containerd knows.
    if (mayTakeGet(response)) return await this.#readManifest(reference, signal);
    await this.#expectOk(response, label);
    const digest = claimedDigest(response);
    const size = Number(response.headers["content-length"] ?? NaN);
    const mediaType = mediaTypeOf(response);
    const contradicts = reference.startsWith("sha256:") && digest !== reference;
    if (digest !== undefined && !contradicts && Number.isSafeInteger(size))
      return { digest, mediaType, size };
    // Both headers are optional, and some proxies drop them: then only the bytes show it.
    return await this.#readManifest(reference, signal);
  }

  async #readManifest(
    reference: string,
    signal: AbortSignal | undefined,
  ): Promise<ManifestHead | undefined> {
    const manifest = await this.getManifest(reference, signal);
    return manifest && { ...manifest, size: manifest.bytes.length };
  }

  /** The digest is that of the bytes, whatever the registry claims. */
  async getManifest(
    reference: string,
    signal?: AbortSignal,
  ): Promise<ReceivedManifest | undefined> {
    const { url, label } = this.#manifestAt(reference);
    const request = { headers: { accept: ACCEPT }, label, signal };
    return await this.#session.readWhole(url, request, async (response) => {
      if (await this.#session.isMissing(response, signal)) {
        await response.discard();
        return undefined;
      }
      if (response.status !== 200) throw await this.#session.failure(response, label);
      const bytes = await Bytes.collect(response.body, MANIFEST_LIMIT).catch((error: unknown) => {
        if (!(error instanceof RangeError)) throw error;
        throw new NotARegistry(label, `more than ${MANIFEST_LIMIT} bytes`, response.url);
      });
      const digest = Digest.of(bytes);
      // The bytes show what they are, whatever the headers say.
      if (!isBelievable(response) && digest !== reference && !isObject(bytes))
        throw new NotARegistry(label, "a web page", response.url);
      if (reference.startsWith("sha256:") && digest !== reference)
        throw new RegistryDigestMismatch(label, reference, digest);
      return { digest, mediaType: mediaTypeOf(response), bytes, etag: response.headers.etag };
    });
  }

  /**
   * By digest or as a tag. Safe to repeat: the same bytes are the same manifest.
   * @param condition `If-Match` or `If-None-Match`; the registry refuses with 412 what does not meet it.
   */
  async putManifest(
    reference: string,
    manifest: { readonly mediaType: string; readonly bytes: Uint8Array },
    signal?: AbortSignal,
    condition: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const label = `${this.description}: putting manifest ${reference}`;
    const response = await this.#session.request(this.#manifestUrl(reference), {
      method: "PUT",
      access: "push",
      headers: { "content-type": manifest.mediaType, ...condition },
      body: bodyOf(manifest.bytes),
      responseLimitMs: this.timeouts.commitLimitMs,
      label,
      signal,
    });
    // Any success, as containers/image; Quay's is in HTML, as its framework has it, but no mere page.
    if (!isSuccess(response) || (response.status === 200 && !isBelievable(response)))
      throw await this.#session.failure(response, label);
    await response.discard();
    const expected = Digest.of(manifest.bytes);
    const claimed = claimedDigest(response);
    if (claimed !== undefined && claimed !== expected)
      throw new RegistryDigestMismatch(label, expected, claimed);
  }

  async hasBlob(digest: Digest, signal?: AbortSignal): Promise<boolean> {
    return await hasBlob(this.#session, digest, signal);
  }

  /** Does not ask whether the blob is there already. */
  async pushBlob(blob: Blob, options: PushBlobOptions = {}): Promise<"mounted" | "uploaded"> {
    return await pushBlob(this.#session, blob, options);
  }

  /** The blob's bytes, checked: the last of them come only when the digest is right. */
  async *getBlob(digest: Digest, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const label = `${this.description}: reading blob ${digest}`;
    const url = this.#session.url(`blobs/${digest}`);
    const response = await this.#session.request(url, { label, signal });
    await this.#expectOk(response, label);
    yield* verifiedBlob(response.body, { digest }, label);
  }

  /** All tags; none for a repository that does not exist. Throws instead of returning a part of them. */
  async listTags(signal?: AbortSignal): Promise<string[]> {
    return await listTags(this.#session, signal);
  }

  /** Undefined: the registry has no referrers API. */
  async listReferrers(subject: Digest, signal?: AbortSignal): Promise<Referrer[] | undefined> {
    return await referrersByApi(this.#session, subject, signal);
  }

  /** Deletes it with all its tags. It is no failure if it does not exist. */
  async deleteManifest(digest: Digest, signal?: AbortSignal): Promise<void> {
    await this.#delete(digest, signal);
  }

  /** Deletes only the tag; distribution 2 cannot, and refuses. */
  async deleteTag(tag: string, signal?: AbortSignal): Promise<void> {
    await this.#delete(tag, signal);
  }

  async #delete(reference: string, signal: AbortSignal | undefined): Promise<void> {
    const label = `${this.description}: deleting ${reference}`;
    const url = this.#manifestUrl(reference);
    const response = await this.#session.request(url, {
      method: "DELETE",
      access: "delete",
      responseLimitMs: this.timeouts.commitLimitMs,
      label,
      signal,
    });
    if (isSuccess(response)) return await response.discard();
    const isMissing = await this.#session.isMissing(response, signal);
    const refusal = await this.#session.failure(response, label);
    // A registry that deletes nothing may lack this route: its 404 is then not about the manifest.
    if (!isMissing || (await this.headManifest(reference, signal)) !== undefined) throw refusal;
  }

  /** Registries list tags too, and a name that is no tag must not lead to another address of theirs. */
  #manifestUrl(reference: string): URL {
    if (!reference.startsWith("sha256:")) Tag.check(reference);
    else Digest.parse(reference);
    return this.#session.url(`manifests/${reference}`);
  }

  #manifestAt(reference: string): { readonly url: URL; readonly label: string } {
    return {
      url: this.#manifestUrl(reference),
      label: `${this.description}: reading manifest ${reference}`,
    };
  }

  async #expectOk(response: HttpResponse, label: string): Promise<void> {
    if (response.status !== 200) throw await this.#session.failure(response, label);
    if (isBelievable(response)) return;
    await response.discard();
    throw new NotARegistry(label, "a web page", response.url);
  }
}

function isObject(bytes: Uint8Array): boolean {
  const value = jsonIn(Buffer.from(bytes).toString("utf8"));
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function claimedDigest(response: HttpResponse): Digest | undefined {
  const header = response.headers["docker-content-digest"];
  const known = typeof header === "string" && /^sha256:[0-9a-f]{64}$/.test(header);
  return known ? Digest.parse(header) : undefined;
}

const mediaTypeOf = (response: HttpResponse): string =>
  (response.headers["content-type"] ?? "").split(";", 1)[0]?.trim() ?? "";

/** The registry keeps or serves other bytes than the digest says. */
export class RegistryDigestMismatch extends LixImageError {
  readonly code = "REGISTRY_DIGEST_MISMATCH";
  constructor(label: string, expected: string, got: string) {
    super(`${label}: expected ${expected}; got ${got}`, {
      hint: "the registry, or a proxy in front of it, changes or damages what it stores",
    });
  }
}
