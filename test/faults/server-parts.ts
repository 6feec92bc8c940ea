/** Rules that make the registry of the tests answer as another registry does. @module */
import type { IncomingMessage } from "node:http";
import type { Fault } from "../support/http-faults.ts";
import type { Reply } from "../support/registry-reply.ts";

export const REPOSITORY = "acme/lix";

export type Rule = Omit<Fault, "times">;
/** The requests that a rule is about. Default: all of them. */
type Requests = Pick<Fault, "method" | "path">;

/** Does the work, and then changes the answer. */
export const change = (
  requests: Requests,
  change: (reply: Reply, request: IncomingMessage) => Reply,
): Rule => ({ ...requests, act: { kind: "change", change } });

/** Answers without doing the work, unless `reply` returns undefined. */
export const refuse = (
  requests: Requests,
  reply: (request: IncomingMessage) => Reply | undefined,
): Rule => ({ ...requests, act: { kind: "instead", of: reply } });

/** Reports one success by another status. */
export const renameStatus = (requests: Requests, from: number, to: Partial<Reply>): Rule =>
  change(requests, (reply) => (reply.status === from ? { ...reply, ...to } : reply));

/** Two tags on each page, and a Link header as the server writes it. */
export const pageTags = (link: (next: string) => string): Rule =>
  change(TAG_LIST, (reply, { url = "", headers }) => {
    const { tags = [] } = JSON.parse(String(reply.body)) as { tags?: readonly string[] };
    const after = new URL(url, "http://x").searchParams.get("last");
    const left = after === null ? tags : tags.filter((tag) => tag > after);
    const page = left.slice(0, 2);
    const next = `http://${headers.host}/v2/${REPOSITORY}/tags/list?n=2&last=${page.at(-1)}`;
    const more: Record<string, string> = left.length > 2 ? { link: link(next) } : {};
    return withHeaders(json(200, { tags: page }), { ...reply.headers, ...more });
  });

export const MANIFEST_PUT = { method: "PUT", path: /manifests/ } satisfies Requests;
export const UPLOAD_PUT = { method: "PUT", path: /uploads/ } satisfies Requests;
export const TAG_LIST = { method: "GET", path: /tags\/list/ } satisfies Requests;

export const HTML = { "content-type": "text/html; charset=utf-8" };
export const json = (status: number, body: unknown): Reply => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
export const error = (status: number, code: string, message: string, detail?: unknown): Reply =>
  json(status, { errors: [{ code, message, ...(detail === undefined ? {} : { detail }) }] });
export const empty = (status: number): Reply => ({ status, headers: {}, body: "" });

const withHeaders = (reply: Reply, headers: Reply["headers"]): Reply => ({
  ...reply,
  headers: { ...reply.headers, ...headers },
});
export const asHtml = (reply: Reply): Reply => withHeaders(reply, HTML);
/** Without the header by which a registry says that it is one. */
export const anonymous = (reply: Reply): Reply =>
  withHeaders(reply, { "docker-distribution-api-version": "" });

export const isByDigest = ({ url = "" }: IncomingMessage): boolean =>
  url.includes("/manifests/sha256:");
export const referenceOf = ({ url = "" }: IncomingMessage): string =>
  url.replace(/\?.*/, "").slice(url.lastIndexOf("/manifests/") + "/manifests/".length);
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  Number(headers["content-length"]) > 0;
