/**
 * How registries of the field differ from the specification, and from each other, as faults of the
 * registry of the tests. Each has its source: the server's code, or the report of somebody who met it.
 * @module
 */
import type { Fault } from "../support/http-faults.ts";
import type { RegistryStore } from "../support/registry-store.ts";
import {
  anonymous,
  error,
  hasBody,
  HTML,
  isByDigest,
  json,
  pagedTags,
  referenceOf,
  REPOSITORY,
} from "./server-parts.ts";

export interface Server {
  readonly name: string;
  readonly faults: (store: RegistryStore) => readonly Omit<Fault, "times">[];
  /** What it does not allow, after a first push. Default: nothing. */
  readonly refuses?: "further tags";
  /** What it deletes only when something else is gone. Default: nothing. */
  readonly keeps?: "tagged manifests";
}

export const SERVERS: readonly Server[] = [
  { name: "distribution", faults: () => [] },
  {
    // quay/quay endpoints/v2: Response objects have Flask's default type. quay/quay#1385.
    name: "Quay",
    faults: () => [
      {
        method: "PUT",
        act: {
          kind: "change",
          change: (reply) => ({
            ...anonymous(reply),
            headers: { ...anonymous(reply).headers, ...HTML },
          }),
        },
      },
      {
        method: "POST",
        act: {
          kind: "change",
          change: (reply) => ({ ...reply, headers: { ...reply.headers, ...HTML } }),
        },
      },
    ],
  },
  {
    // Before 3.9 (PROJQUAY-5360): what has a hidden temporary tag only is not found by its digest.
    name: "Quay before 3.9",
    faults: (store) => [
      {
        method: "HEAD",
        path: /manifests\/sha256/,
        act: {
          kind: "instead",
          of: (request) => {
            const named = [...(store.repositories.get(REPOSITORY)?.tags.values() ?? [])];
            return named.includes(referenceOf(request))
              ? undefined
              : error(404, "MANIFEST_UNKNOWN", "manifest unknown");
          },
        },
      },
      // pagination without angle brackets, endpoints/v2/__init__.py of 3.6.
      pagedTags((next) => `${next}; rel="next"`),
    ],
  },
  {
    // Hosted repository with "Disable redeploy": an asset is written once. sonatype NEXUS-16733, jib#2145.
    name: "Nexus without redeploy",
    refuses: "further tags",
    faults: (store) => [
      {
        method: "PUT",
        path: /manifests/,
        act: {
          kind: "instead",
          of: (request) => {
            const held = store.repositories.get(REPOSITORY);
            const reference = referenceOf(request);
            // A manifest is an asset by its digest, too; there is but one in these tests.
            const isThere = isByDigest(request)
              ? held?.manifests.has(reference)
              : (held?.tags.size ?? 0) > 0;
            return isThere === true
              ? error(
                  400,
                  "BLOB_UPLOAD_INVALID",
                  "blob upload invalid",
                  "Repository does not allow updating assets: acme-docker",
                )
              : undefined;
          },
        },
      },
      {
        method: "GET",
        path: /tags\/list/,
        act: {
          kind: "change",
          change: (reply) =>
            String(reply.body).includes('"tags":[]') ? json(200, { tags: null }) : reply,
        },
      },
    ],
  },
  {
    // docker/buildx#1772: a PUT with the bytes in it finds no digest.
    name: "Artifactory",
    faults: () => [
      {
        method: "PUT",
        path: /uploads/,
        act: {
          kind: "instead",
          of: (request) =>
            hasBody(request)
              ? error(404, "BLOB_UNKNOWN", "Digest did not match any blob")
              : undefined,
        },
      },
      {
        method: "GET",
        path: /tags\/list/,
        act: {
          kind: "change",
          // RTFACT-26278: manifests without a tag are listed by their digest.
          change: (reply) => {
            const { tags } = JSON.parse(String(reply.body)) as { tags: readonly string[] };
            return json(200, { tags: [...tags, `sha256:${"0".repeat(64)}`] });
          },
        },
      },
    ],
  },
  {
    // pulp_container before 2.15 (2023): the last PUT's body is not read.
    name: "Pulp before 2023",
    faults: () => [
      {
        method: "PUT",
        path: /uploads/,
        act: {
          kind: "instead",
          of: (request) =>
            hasBody(request) ? error(400, "DIGEST_INVALID", "digest invalid") : undefined,
        },
      },
    ],
  },
  {
    // cloudflare/serverless-registry src/router.ts: no brackets; chunked uploads only above a size.
    name: "Cloudflare's serverless-registry",
    faults: () => [pagedTags((next) => `${next}; rel=next`)],
  },
  {
    // A capital and a parameter before it: RFC 8288 allows both. goharbor/harbor lib/links.
    name: "Harbor",
    faults: () => [pagedTags((next) => `<${next}>; title="more"; REL="next"`)],
  },
  {
    // gitea routers/api/packages/container: no docker-distribution-api-version but on /v2/; 201 with a body.
    name: "Gitea",
    faults: () => [{ act: { kind: "change", change: anonymous } }],
  },
  {
    // Flask, and other frameworks, give their default type to JSON, too.
    name: "a registry that calls all but its ping HTML",
    faults: () => [
      {
        path: /manifests|blobs|tags/,
        act: {
          kind: "change",
          change: (reply) => ({ ...reply, headers: { ...reply.headers, ...HTML } }),
        },
      },
    ],
  },
  {
    // Azure: a state in the query of an address without host, which must come back whole.
    name: "ACR",
    faults: () => [
      {
        method: "POST",
        act: {
          kind: "change",
          change: (reply) => {
            const { location = "" } = reply.headers ?? {};
            const state = "_nouploadcache=false&_state=a%2Bb%3D%3D";
            const path = new URL(location, "http://acr.example");
            path.search = [path.search.slice(1), state].filter(Boolean).join("&");
            return {
              ...reply,
              headers: { ...reply.headers, location: path.pathname + path.search },
            };
          },
        },
      },
      {
        method: "PUT",
        path: /uploads/,
        act: {
          kind: "instead",
          of: ({ url = "" }) =>
            url.includes("_state=a%2Bb%3D%3D") && url.includes("_nouploadcache=false")
              ? undefined
              : error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry"),
        },
      },
    ],
  },
  {
    // Also of Artifact Registry: a manifest that has a tag is not deleted.
    name: "Google's registries",
    keeps: "tagged manifests",
    faults: (store) => [
      {
        method: "DELETE",
        path: /manifests\/sha256/,
        act: {
          kind: "instead",
          of: (request) =>
            [...store.repository(REPOSITORY).tags.values()].includes(referenceOf(request))
              ? error(400, "GOOGLE_MANIFEST_DANGLING_TAG", "Manifest is still referenced by tag")
              : undefined,
        },
      },
    ],
  },
  {
    // AWS: relative pages with an opaque token.
    name: "ECR",
    faults: () => [pagedTags((next) => `<${next.replace(/^http:\/\/[^/]*/, "")}>; rel="next"`)],
  },
  {
    // go-containerregistry pkg/v1/remote/write.go takes 200, 201 and 202 for a manifest, 204 for a blob.
    name: "registries with other successes",
    faults: () => [
      {
        method: "PUT",
        path: /manifests/,
        act: {
          kind: "change",
          change: (reply) => (reply.status === 201 ? { ...reply, status: 202 } : reply),
        },
      },
      {
        method: "PUT",
        path: /uploads/,
        act: {
          kind: "change",
          change: (reply) => (reply.status === 201 ? { ...reply, status: 204, body: "" } : reply),
        },
      },
      {
        method: "DELETE",
        act: {
          kind: "change",
          change: (reply) => (reply.status === 202 ? { ...reply, status: 200 } : reply),
        },
      },
    ],
  },
  {
    // proxy_intercept_errors with pages for all errors.
    name: "a registry behind nginx with pages of its own",
    faults: () => [
      {
        act: {
          kind: "change",
          change: (reply) =>
            reply.status >= 400
              ? { status: reply.status, headers: { ...HTML, server: "nginx" }, body: "<h1>no</h1>" }
              : reply,
        },
      },
    ],
  },
];
