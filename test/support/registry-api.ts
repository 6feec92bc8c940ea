/**
 * What the test registry does for each request of the distribution-spec.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints
 * @module
 */
import type { IncomingMessage } from "node:http";
import type { Asked } from "./registry-asked.ts";
import { algorithmOf, digestOf } from "./registry-digest.ts";
import { referrerOf, subjectOf, wrongManifest } from "./registry-manifest.ts";
import { Reply } from "./registry-reply.ts";
import type { RegistryStore } from "./registry-store.ts";
import { RegistryUploads } from "./registry-uploads.ts";

const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const INDEX = "application/vnd.oci.image.index.v1+json";
const MANIFEST_LIMIT = 4 * 1024 * 1024;

export interface RegistryFeatures {
  /** Without it, clients keep lists of referrers under tags, as at distribution and GHCR. Default: true. */
  readonly referrersApi?: boolean | undefined;
  /** Whether a write may depend on an ETag. Default: false, as most registries. */
  readonly conditionalWrites?: boolean | undefined;
}

export class RegistryApi {
  readonly #store: RegistryStore;
  readonly #uploads: RegistryUploads;
  readonly #features: RegistryFeatures;

  constructor(store: RegistryStore, features: RegistryFeatures = {}) {
    this.#store = store;
    this.#features = features;
    this.#uploads = new RegistryUploads(store);
  }

  /** Leaves no half of an upload behind. */
  async close(): Promise<void> {
    await this.#uploads.discardAll();
  }

  async perform(asked: Asked): Promise<Reply> {
    switch (asked.operation) {
      case "HEAD blobs":
      case "GET blobs":
        return this.#getBlob(asked);
      case "DELETE blobs":
        return this.#deleteBlob(asked);
      case "POST blobs/uploads":
        return await this.#uploads.begin(asked);
      case "GET blobs/uploads":
      case "PATCH blobs/uploads":
      case "PUT blobs/uploads":
      case "DELETE blobs/uploads":
        return await this.#uploads.continue(asked);
      case "HEAD manifests":
      case "GET manifests":
        return this.#getManifest(asked);
      case "PUT manifests":
        return await this.#putManifest(asked);
      case "DELETE manifests":
        return this.#deleteManifest(asked);
      case "GET tags":
        return this.#listTags(asked);
      case "GET referrers":
        if (this.#features.referrersApi === false)
          return Reply.error(404, "UNSUPPORTED", asked.operation);
        return this.#listReferrers(asked);
      default:
        return Reply.error(404, "UNSUPPORTED", asked.operation);
    }
  }

  #getBlob({ repository, name }: Asked): Reply {
    const size = this.#store.repositories.get(repository)?.blobs.get(name);
    if (size === undefined) return Reply.error(404, "BLOB_UNKNOWN", name);
    const headers = { "content-type": "application/octet-stream", "content-length": String(size) };
    return {
      status: 200,
      headers: { ...headers, "docker-content-digest": name },
      body: this.#store.read(name),
    };
  }

  #deleteBlob({ repository, name }: Asked): Reply {
    const isGone = this.#store.repositories.get(repository)?.blobs.delete(name) === true;
    return isGone ? { status: 202 } : Reply.error(404, "BLOB_UNKNOWN", name);
  }

  #getManifest({ repository, name }: Asked): Reply {
    const held = this.#store.repositories.get(repository);
    const digest = held?.tags.get(name) ?? name;
    const manifest = held?.manifests.get(digest);
    if (manifest === undefined) return Reply.error(404, "MANIFEST_UNKNOWN", name);
    return {
      status: 200,
      headers: {
        ...{ "content-type": manifest.mediaType, "docker-content-digest": digest },
        ...(this.#features.conditionalWrites === true && { etag: `"${digest}"` }),
      },
      body: manifest.bytes,
    };
  }

  async #putManifest({ request, repository, name }: Asked): Promise<Reply> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of request as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > MANIFEST_LIMIT) return Reply.error(413, "SIZE_INVALID", "more than 4 MiB");
      chunks.push(chunk);
    }
    const bytes = Buffer.concat(chunks);
    const digest = digestOf(algorithmOf(name), bytes);
    if (name.includes(":") ? name !== digest : !TAG.test(name))
      return Reply.error(400, name.includes(":") ? "DIGEST_INVALID" : "TAG_INVALID", name);
    const mediaType = request.headers["content-type"] ?? "";
    const held = this.#store.repository(repository);
    const wrong = wrongManifest(bytes, mediaType, held);
    if (wrong !== undefined) return wrong;
    if (this.#features.conditionalWrites === true && !meetsCondition(request, held.tags.get(name)))
      return Reply.error(412, "PRECONDITION_FAILED", name);
    const manifest = { mediaType, bytes };
    held.manifests.set(digest, manifest);
    if (name !== digest) held.tags.set(name, digest);
    const subject = this.#features.referrersApi === false ? undefined : subjectOf(manifest);
    const location = `/v2/${repository}/manifests/${digest}`;
    return {
      status: 201,
      headers: {
        ...{ location, "docker-content-digest": digest },
        ...(subject === undefined ? {} : { "oci-subject": subject }),
      },
    };
  }

  #deleteManifest({ repository, name }: Asked): Reply {
    const held = this.#store.repositories.get(repository);
    if (held?.tags.delete(name) === true) return { status: 202 };
    if (held?.manifests.delete(name) !== true) return Reply.error(404, "MANIFEST_UNKNOWN", name);
    for (const [tag, digest] of held.tags) if (digest === name) held.tags.delete(tag);
    return { status: 202 };
  }

  #listTags({ url, repository }: Asked): Reply {
    const held = this.#store.repositories.get(repository);
    if (held === undefined) return Reply.error(404, "NAME_UNKNOWN", repository);
    const last = url.searchParams.get("last") ?? "";
    const limit = Number(url.searchParams.get("n") ?? 1000);
    const rest = [...held.tags.keys()].sort().filter((tag) => tag > last);
    const tags = rest.slice(0, limit);
    const link = `</v2/${repository}/tags/list?n=${limit}&last=${tags.at(-1) ?? ""}>; rel="next"`;
    return {
      status: 200,
      headers: { "content-type": "application/json", ...(rest.length > limit ? { link } : {}) },
      body: JSON.stringify({ name: repository, tags }),
    };
  }

  #listReferrers({ url, repository, name }: Asked): Reply {
    const manifests = this.#store.repositories.get(repository)?.manifests ?? new Map();
    const filter = url.searchParams.get("artifactType");
    const referrers = [...manifests]
      .filter(([, manifest]) => subjectOf(manifest) === name)
      .map(([digest, manifest]) => referrerOf(manifest, digest))
      .filter(({ artifactType }) => filter === null || artifactType === filter);
    return {
      status: 200,
      headers: {
        "content-type": INDEX,
        ...(filter === null ? {} : { "oci-filters-applied": "artifactType" }),
      },
      body: JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: referrers }),
    };
  }
}

/** @see RFC 9110, "Preconditions" */
function meetsCondition({ headers }: IncomingMessage, held: string | undefined): boolean {
  if (headers["if-none-match"] === "*" && held !== undefined) return false;
  return headers["if-match"] === undefined || headers["if-match"] === `"${held}"`;
}
