/** The sessions in which the test registry is sent blobs. @see distribution-spec, "Pushing blobs" @module */
import { randomUUID } from "node:crypto";
import type { Asked } from "./registry-asked.ts";
import { isDigest } from "./registry-digest.ts";
import { Reply } from "./registry-reply.ts";
import type { RegistryStore, Upload } from "./registry-store.ts";

export class RegistryUploads {
  readonly #store: RegistryStore;
  readonly #sessions = new Map<string, Upload>();

  constructor(store: RegistryStore) {
    this.#store = store;
  }

  async begin(asked: Asked): Promise<Reply> {
    const { url, repository } = asked;
    const mount = url.searchParams.get("mount") ?? "";
    const from = this.#store.repositories.get(url.searchParams.get("from") ?? "");
    const size = from?.blobs.get(mount);
    if (size !== undefined) {
      this.#store.repository(repository).blobs.set(mount, size);
      return created(repository, mount);
    }
    const id = randomUUID();
    this.#sessions.set(id, await this.#store.begin());
    return accepted(repository, id, 0);
  }

  async continue(asked: Asked): Promise<Reply> {
    const { request, url, repository, name } = asked;
    const upload = this.#sessions.get(name);
    if (upload === undefined) return Reply.error(404, "BLOB_UPLOAD_UNKNOWN", name);
    if (request.method === "GET")
      return { ...accepted(repository, name, upload.size), status: 204 };
    // Like distribution, it keeps the state of an upload in the query of its Location.
    if (!url.searchParams.has("_state"))
      return Reply.error(400, "BLOB_UPLOAD_INVALID", "a query was lost");
    const start = /^(\d+)-/.exec(request.headers["content-range"] ?? "")?.[1];
    if (start !== undefined && Number(start) !== upload.size)
      return Reply.error(416, "BLOB_UPLOAD_INVALID", `expected bytes from ${upload.size}`);
    if (request.method === "PATCH") {
      await upload.append(request);
      return accepted(repository, name, upload.size);
    }
    // Like distribution 3, it keeps what came before a connection broke, and the session continues.
    if (request.method === "PUT") await upload.append(request);
    this.#sessions.delete(name);
    if (request.method === "PUT") return await this.#finish(upload, asked);
    await upload.discard();
    return { status: 204 };
  }

  /** Uploads that were not continued. */
  async discardAll(): Promise<void> {
    for (const upload of this.#sessions.values()) await upload.discard();
    this.#sessions.clear();
  }

  async #finish(upload: Upload, { url, repository }: Asked): Promise<Reply> {
    const promised = url.searchParams.get("digest") ?? "";
    if (!isDigest(promised) || upload.digest(promised) !== promised) {
      await upload.discard();
      return Reply.error(400, "DIGEST_INVALID", `these bytes are not ${promised}`);
    }
    await this.#store.keep(promised, upload);
    this.#store.repository(repository).blobs.set(promised, upload.size);
    return created(repository, promised);
  }
}

const created = (repository: string, digest: string): Reply => ({
  status: 201,
  headers: { location: `/v2/${repository}/blobs/${digest}`, "docker-content-digest": digest },
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
