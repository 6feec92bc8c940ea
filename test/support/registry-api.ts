/**
 * What the test registry does for each request of the distribution-spec.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints
 * @module
 */
import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { wrongManifest } from "./registry-manifest.ts";
import { Reply } from "./registry-reply.ts";
import type { RegistryStore, Upload } from "./registry-store.ts";

export interface Asked {
  readonly request: IncomingMessage;
  readonly url: URL;
  /** `GET manifests`, `POST blobs/uploads`, … */
  readonly operation: string;
  readonly repository: string;
  /** A digest, a tag, the id of an upload, "list". */
  readonly name: string;
}

const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const MANIFEST_LIMIT = 4 * 1024 * 1024;

export class RegistryApi {
  readonly #store: RegistryStore;
  readonly #uploads = new Map<string, Upload>();

  constructor(store: RegistryStore) {
    this.#store = store;
  }

  async perform(asked: Asked): Promise<Reply> {
    switch (asked.operation) {
      case "HEAD blobs":
      case "GET blobs":
        return this.#getBlob(asked);
      case "POST blobs/uploads":
        return await this.#beginUpload(asked);
      case "GET blobs/uploads":
      case "PATCH blobs/uploads":
      case "PUT blobs/uploads":
      case "DELETE blobs/uploads":
        return await this.#continueUpload(asked);
      case "HEAD manifests":
      case "GET manifests":
        return this.#getManifest(asked);
      case "PUT manifests":
        return await this.#putManifest(asked);
      case "DELETE manifests":
        return this.#deleteManifest(asked);
      case "GET tags":
        return this.#listTags(asked);
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

  async #beginUpload({ url, repository }: Asked): Promise<Reply> {
    const mount = url.searchParams.get("mount") ?? "";
    const from = this.#store.repositories.get(url.searchParams.get("from") ?? "");
    const size = from?.blobs.get(mount);
    if (size !== undefined) {
      this.#store.repository(repository).blobs.set(mount, size);
      return created(`/v2/${repository}/blobs/${mount}`, mount);
    }
    const id = randomUUID();
    this.#uploads.set(id, await this.#store.begin());
    return accepted(repository, id, 0);
  }

  async #continueUpload({ request, url, repository, name }: Asked): Promise<Reply> {
    const upload = this.#uploads.get(name);
    if (upload === undefined) return Reply.error(404, "BLOB_UPLOAD_UNKNOWN", name);
    if (request.method === "GET")
      return { ...accepted(repository, name, upload.size), status: 204 };
    // As distribution, which keeps the state of an upload in the query of its Location.
    if (!url.searchParams.has("_state"))
      return Reply.error(400, "BLOB_UPLOAD_INVALID", "a query was lost");
    const start = /^(\d+)-/.exec(request.headers["content-range"] ?? "")?.[1];
    if (start !== undefined && Number(start) !== upload.size)
      return Reply.error(416, "BLOB_UPLOAD_INVALID", `expected bytes from ${upload.size}`);
    if (request.method === "PATCH") {
      await upload.append(request);
      return accepted(repository, name, upload.size);
    }
    // Whatever comes of it, the session ends here.
    this.#uploads.delete(name);
    if (request.method === "DELETE") {
      await upload.discard();
      return { status: 204 };
    }
    return await this.#finishUpload(upload, { request, url, repository });
  }

  async #finishUpload(
    upload: Upload,
    { request, url, repository }: Pick<Asked, "request" | "url" | "repository">,
  ): Promise<Reply> {
    const promised = url.searchParams.get("digest") ?? "";
    try {
      await upload.append(request);
    } catch (error) {
      await upload.discard();
      throw error;
    }
    if (!DIGEST.test(promised) || upload.digest() !== promised) {
      await upload.discard();
      return Reply.error(400, "DIGEST_INVALID", `promised ${promised}, got ${upload.digest()}`);
    }
    await this.#store.keep(promised, upload);
    this.#store.repository(repository).blobs.set(promised, upload.size);
    return created(`/v2/${repository}/blobs/${promised}`, promised);
  }

  #getManifest({ repository, name }: Asked): Reply {
    const held = this.#store.repositories.get(repository);
    const digest = held?.tags.get(name) ?? name;
    const manifest = held?.manifests.get(digest);
    if (manifest === undefined) return Reply.error(404, "MANIFEST_UNKNOWN", name);
    return {
      status: 200,
      headers: { "content-type": manifest.mediaType, "docker-content-digest": digest },
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
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    if (name.includes(":") ? name !== digest : !TAG.test(name))
      return Reply.error(400, name.includes(":") ? "DIGEST_INVALID" : "TAG_INVALID", name);
    const mediaType = request.headers["content-type"] ?? "";
    const held = this.#store.repository(repository);
    const wrong = wrongManifest(bytes, mediaType, held);
    if (wrong !== undefined) return wrong;
    held.manifests.set(digest, { mediaType, bytes });
    if (name !== digest) held.tags.set(name, digest);
    return created(`/v2/${repository}/manifests/${digest}`, digest);
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
}

const created = (location: string, digest: string): Reply => ({
  status: 201,
  headers: { location, "docker-content-digest": digest },
});

const accepted = (repository: string, id: string, size: number): Reply => ({
  status: 202,
  headers: {
    // A query that must come back, as distribution's _state.
    location: `/v2/${repository}/blobs/uploads/${id}?_state=${size}`,
    range: `0-${Math.max(size - 1, 0)}`,
    "docker-upload-uuid": id,
  },
});
