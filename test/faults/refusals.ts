/**
 * What registries of the field, and the proxies in front of them, say when they refuse. Each is taken from
 * the server's source or from a report of somebody who met it.
 * @module
 */
import type { Fault } from "../support/http-faults.ts";
import type { Reply } from "../support/registry-reply.ts";
import { error, HTML, json } from "./server-parts.ts";

/** A refusal, and what it is to say to the user. */
export interface Refusal {
  readonly name: string;
  readonly to: Pick<Fault, "method" | "path">;
  readonly reply: Reply;
  /** In the message: the server's own reason. */
  readonly says: RegExp;
  readonly hint: RegExp;
}

const TAG = { method: "PUT", path: /manifests\/v1$/ };
const UPLOAD = { method: "POST", path: /uploads/ };
const text = (status: number, body: string): Reply => ({
  status,
  headers: { "content-type": "text/plain" },
  body,
});

export const REFUSALS: readonly Refusal[] = [
  {
    name: "Quay: an immutable tag",
    to: TAG,
    reply: error(409, "TAG_IMMUTABLE", "tag is immutable", { message: "tag 'v1' is immutable" }),
    says: /TAG_IMMUTABLE: tag is immutable: "tag 'v1' is immutable"/,
    hint: /takes each tag once/,
  },
  {
    name: "Harbor: an immutable tag",
    to: TAG,
    reply: error(
      412,
      "PRECONDITION",
      "Failed to process request due to 'lix:v1' configured as immutable.",
    ),
    says: /'lix:v1' configured as immutable/,
    hint: /takes each tag once/,
  },
  {
    name: "Artifact Registry: an immutable tag",
    to: TAG,
    reply: error(
      400,
      "MANIFEST_INVALID",
      "cannot update tag v1. The repository has enabled tag immutability",
    ),
    says: /has enabled tag immutability/,
    hint: /takes each tag once/,
  },
  {
    name: "ECR: an immutable tag",
    to: TAG,
    reply: error(
      400,
      "TAG_INVALID",
      "The image tag 'v1' already exists in the 'lix' repository and cannot be overwritten because the repository is immutable.",
    ),
    says: /cannot be overwritten/,
    hint: /takes each tag once/,
  },
  {
    name: "Harbor: a quota",
    to: TAG,
    reply: error(
      403,
      "DENIED",
      "adding 12.1 MiB of storage resource, which when updated to current usage of 9.9 GiB will exceed the configured upper limit of 10.0 GiB.",
    ),
    says: /configured upper limit of 10\.0 GiB/,
    hint: /quota/,
  },
  {
    name: "Harbor: a project that is a proxy cache",
    to: UPLOAD,
    reply: error(405, "METHOD_NOT_ALLOWED", "the operation isn't supported for a proxy project"),
    says: /isn't supported for a proxy project/,
    hint: /cache of another registry/,
  },
  {
    name: "Harbor: no such project",
    to: UPLOAD,
    reply: error(404, "NOT_FOUND", "project acme not found"),
    says: /project acme not found/,
    hint: /create the project/,
  },
  {
    name: "ECR: no such repository",
    to: UPLOAD,
    reply: error(
      404,
      "NAME_UNKNOWN",
      "The repository with name 'lix' does not exist in the registry with id '1'",
    ),
    says: /does not exist in the registry/,
    hint: /create the repository/,
  },
  {
    name: "ECR: too many tags",
    to: TAG,
    reply: error(405, "LIMIT_EXCEEDED", "The image has 1000 tags, the most"),
    says: /1000 tags/,
    hint: /quota/,
  },
  {
    name: "Nexus: read-only",
    to: UPLOAD,
    reply: error(400, "BLOB_UPLOAD_INVALID", "blob upload invalid", "acme-docker is read-only"),
    says: /acme-docker is read-only/,
    hint: /read-only/,
  },
  {
    name: "Artifactory: a pattern of names",
    to: UPLOAD,
    reply: json(409, {
      errors: [
        {
          status: 409,
          message:
            "The repository acme-docker rejected the deployment due to its includes/excludes pattern",
        },
      ],
    }),
    says: /includes\/excludes pattern/,
    hint: /choose another `name`/,
  },
  {
    name: "GitLab: a project without a registry",
    to: UPLOAD,
    reply: json(403, {
      message: "403 Forbidden - Container registry is disabled for this project",
    }),
    says: /disabled for this project/,
    hint: /switch the container registry on/,
  },
  {
    name: "GitHub: a token without the scope",
    to: UPLOAD,
    reply: error(
      403,
      "DENIED",
      "permission_denied: The token provided does not match expected scopes.",
    ),
    says: /expected scopes/,
    hint: /write:packages/,
  },
  {
    name: "Docker Hub: a limit of requests",
    to: TAG,
    reply: error(429, "TOOMANYREQUESTS", "You have reached your pull rate limit."),
    says: /pull rate limit/,
    hint: /wait, or log in/,
  },
  {
    name: "Azure: a locked tag",
    to: TAG,
    reply: error(
      405,
      "UNSUPPORTED",
      "The operation is disallowed on this registry, repository or image. View troubleshooting steps at https://aka.ms/acr/faq/#why-does-my-pull-or-push-request-fail-with-disallowed-operation",
    ),
    says: /disallowed on this registry, repository or image/,
    hint: /locked/,
  },
  {
    name: "Artifactory: a login that may not overwrite",
    to: TAG,
    reply: json(403, {
      errors: [
        {
          code: "DENIED",
          message:
            "Not enough permissions to delete/overwrite artifact 'acme/lix/v1/manifest.json'",
        },
      ],
    }),
    says: /delete\/overwrite artifact/,
    hint: /takes each tag once/,
  },
  {
    name: "a sentence, 507",
    to: UPLOAD,
    reply: text(507, "quota exceeded for acme"),
    says: /quota exceeded for acme/,
    hint: /quota/,
  },
  {
    name: "a sentence, 400",
    to: UPLOAD,
    reply: text(400, "repository name must have a namespace"),
    says: /must have a namespace/,
    hint: /wants a namespace/,
  },
  {
    name: "RFC 9457",
    to: UPLOAD,
    reply: {
      status: 422,
      headers: { "content-type": "application/problem+json" },
      body: '{"title":"Unprocessable","detail":"names have no dots here"}',
    },
    says: /names have no dots here; Unprocessable/,
    hint: /log of the registry/,
  },
  {
    name: "S3's XML",
    to: UPLOAD,
    reply: {
      status: 400,
      headers: { "content-type": "application/xml" },
      body: "<?xml version='1.0'?><Error><Code>EntityTooLarge</Code><Message>Too large</Message></Error>",
    },
    says: /EntityTooLarge; Too large/,
    hint: /log of the registry/,
  },
  {
    name: "a scope that only the challenge names",
    to: UPLOAD,
    reply: {
      status: 403,
      headers: {
        "www-authenticate": 'Bearer realm="http://127.0.0.1:1/t",error="insufficient_scope"',
      },
    },
    says: /insufficient_scope/,
    hint: /scope/,
  },
  {
    name: "nginx: a firewall's page",
    to: UPLOAD,
    reply: {
      status: 403,
      headers: { ...HTML, server: "nginx" },
      body: "<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>",
    },
    says: /in a web page by nginx \(403 Forbidden\)/,
    hint: /proxy or firewall in front/,
  },
  {
    name: "nginx: a limit of size",
    to: { method: "PUT", path: /uploads/ },
    reply: {
      status: 413,
      headers: { ...HTML, server: "nginx" },
      body: "<title>413 Request Entity Too Large</title>",
    },
    says: /413 Request Entity Too Large/,
    hint: /client_max_body_size/,
  },
];
