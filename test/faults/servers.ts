/**
 * How registries in the field differ from the specification, and from each other, as rules for the
 * registry of the tests. Each has its source: the server's code, or the report of a user who met it.
 * @module
 */
import type { RegistryStore } from "../support/registry-store.ts";
import {
  anonymous,
  asHtml,
  change,
  empty,
  error,
  hasBody,
  HTML,
  isByDigest,
  json,
  MANIFEST_PUT,
  pageTags,
  referenceOf,
  refuse,
  renameStatus,
  REPOSITORY,
  TAG_LIST,
  UPLOAD_PUT,
  type Rule,
} from "./server-parts.ts";

export interface Server {
  readonly name: string;
  readonly rules: (store: RegistryStore) => readonly Rule[];
  /** What it does not allow after a first push. Default: nothing. */
  readonly refuses?: "further tags";
  /** What it deletes only when something else is gone. Default: nothing. */
  readonly keeps?: "tagged manifests";
}

const server = (
  name: string,
  rules: readonly Rule[] | Server["rules"],
  limits: Pick<Server, "refuses" | "keeps"> = {},
): Server => ({ name, rules: typeof rules === "function" ? rules : () => rules, ...limits });

const FULL: readonly Server[] = [
  server("distribution", []),

  // quay/quay endpoints/v2: Response objects have Flask's default type. quay/quay#1385.
  server("Quay", [
    change({ method: "PUT" }, (reply) => asHtml(anonymous(reply))),
    change({ method: "POST" }, asHtml),
  ]),

  server("Quay before 3.9", (store) => [
    // PROJQUAY-5360: a manifest that has only a hidden temporary tag is not found by its digest.
    refuse({ method: "HEAD", path: /manifests\/sha256/ }, (request) =>
      hasTag(store, referenceOf(request))
        ? undefined
        : error(404, "MANIFEST_UNKNOWN", "manifest unknown"),
    ),
    // Pagination without angle brackets, endpoints/v2/__init__.py of 3.6.
    pageTags((next) => `${next}; rel="next"`),
  ]),

  // A hosted repository with "Disable redeploy": an asset is written once. sonatype NEXUS-16733, jib#2145.
  server(
    "Nexus without redeploy",
    (store) => [
      refuse(MANIFEST_PUT, (request) => {
        const held = store.repositories.get(REPOSITORY);
        // A manifest is an asset by its digest, too; these tests push only one.
        const isThere = isByDigest(request)
          ? held?.manifests.has(referenceOf(request))
          : (held?.tags.size ?? 0) > 0;
        const detail = "Repository does not allow updating assets: acme-docker";
        return isThere === true
          ? error(400, "BLOB_UPLOAD_INVALID", "blob upload invalid", detail)
          : undefined;
      }),
      change(TAG_LIST, (reply) =>
        String(reply.body).includes('"tags":[]') ? json(200, { tags: null }) : reply,
      ),
    ],
    { refuses: "further tags" },
  ),

  server("Artifactory", [
    // docker/buildx#1772: a PUT with the bytes in it finds no digest.
    refuse(UPLOAD_PUT, (request) =>
      hasBody(request) ? error(404, "BLOB_UNKNOWN", "Digest did not match any blob") : undefined,
    ),
    // RTFACT-26278: a manifest without a tag is listed by its digest.
    change(TAG_LIST, (reply) => {
      const { tags } = JSON.parse(String(reply.body)) as { tags: readonly string[] };
      return json(200, { tags: [...tags, `sha256:${"0".repeat(64)}`] });
    }),
  ]),

  // pulp_container before 2.15 (2023) does not read the body of the last PUT.
  server("Pulp before 2023", [
    refuse(UPLOAD_PUT, (request) =>
      hasBody(request) ? error(400, "DIGEST_INVALID", "digest invalid") : undefined,
    ),
  ]),

  // cloudflare/serverless-registry src/router.ts: no brackets; chunked uploads only above a size.
  server("Cloudflare's serverless-registry", [pageTags((next) => `${next}; rel=next`)]),

  // A capital letter, and a parameter before it: RFC 8288 allows both. goharbor/harbor lib/links.
  server("Harbor", [pageTags((next) => `<${next}>; title="more"; REL="next"`)]),

  // gitea routers/api/packages/container: docker-distribution-api-version only on /v2/; 201 with a body.
  server("Gitea", [change({}, anonymous)]),

  // Flask and other frameworks give their default type to JSON, too.
  server("a registry that labels all but its ping as HTML", [
    change({ path: /manifests|blobs|tags/ }, asHtml),
  ]),

  // Azure keeps state in the query of an address without a host, and wants all of it back.
  server("ACR", [
    change({ method: "POST" }, (reply) => {
      const path = new URL(reply.headers?.["location"] ?? "", "http://acr.example");
      path.search = [path.search.slice(1), UPLOAD_STATE.join("&")].filter(Boolean).join("&");
      return { ...reply, headers: { ...reply.headers, location: path.pathname + path.search } };
    }),
    refuse(UPLOAD_PUT, ({ url = "" }) =>
      UPLOAD_STATE.every((parameter) => url.includes(parameter))
        ? undefined
        : error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry"),
    ),
  ]),

  // Google's Artifact Registry does not delete a manifest that has a tag, either.
  server(
    "Google's registries",
    (store) => [
      refuse({ method: "DELETE", path: /manifests\/sha256/ }, (request) =>
        hasTag(store, referenceOf(request))
          ? error(400, "GOOGLE_MANIFEST_DANGLING_TAG", "Manifest is still referenced by tag")
          : undefined,
      ),
    ],
    { keeps: "tagged manifests" },
  ),

  // AWS: relative pages with an opaque token.
  server("ECR", [pageTags((next) => `<${next.replace(/^http:\/\/[^/]*/, "")}>; rel="next"`)]),

  // go-containerregistry pkg/v1/remote/write.go takes 200, 201 and 202 for a manifest, 204 for a blob.
  server("registries with other successes", [
    renameStatus(MANIFEST_PUT, 201, { status: 202 }),
    renameStatus(UPLOAD_PUT, 201, { status: 204, body: "" }),
    renameStatus({ method: "DELETE" }, 202, { status: 200 }),
  ]),

  // proxy_intercept_errors with pages for all errors.
  server("a registry behind nginx with pages of its own", [
    change({}, ({ status, ...reply }) =>
      status >= 400
        ? { status, headers: { ...HTML, server: "nginx" }, body: "<h1>no</h1>" }
        : { status, ...reply },
    ),
  ]),
];

/** They know only a part of the specification, and refuse some requests in whole or in this form. */
const PARTIAL: readonly Server[] = [
  // containerd's resolver asks again by GET.
  ...[405, 501].map((status) =>
    server(`a registry that answers every HEAD with ${status}`, [
      refuse({ method: "HEAD" }, () => empty(status)),
    ]),
  ),

  // containers/image takes any success for a manifest.
  server("a registry that answers a manifest without a body", [
    renameStatus(MANIFEST_PUT, 201, empty(204)),
  ]),

  // distribution 3 has such a limit, with this code.
  server("a registry that refuses long pages of tags", [
    refuse({ method: "GET", path: /tags\/list\?n=1000/ }, () =>
      error(400, "PAGINATION_NUMBER_INVALID", "invalid number of results requested"),
    ),
  ]),

  server("a registry that ignores the bytes in a PUT and answers 422", [
    refuse(UPLOAD_PUT, (request) =>
      hasBody(request) ? error(422, "DIGEST_INVALID", "digest invalid") : undefined,
    ),
  ]),
];

export const SERVERS: readonly Server[] = [...FULL, ...PARTIAL];

const UPLOAD_STATE = ["_nouploadcache=false", "_state=a%2Bb%3D%3D"];

const hasTag = (store: RegistryStore, digest: string): boolean =>
  [...store.repository(REPOSITORY).tags.values()].includes(digest);
