/** What the answers of different registries have in common. @module */
import type { IncomingMessage } from "node:http";
import type { Fault } from "../support/http-faults.ts";
import type { Reply } from "../support/registry-reply.ts";

export const REPOSITORY = "acme/lix";

export const HTML = { "content-type": "text/html; charset=utf-8" };
export const json = (status: number, body: unknown): Reply => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
export const error = (status: number, code: string, message: string, detail?: unknown): Reply =>
  json(status, { errors: [{ code, message, ...(detail === undefined ? {} : { detail }) }] });

export const isByDigest = ({ url = "" }: IncomingMessage): boolean =>
  url.includes("/manifests/sha256:");
export const referenceOf = ({ url = "" }: IncomingMessage): string =>
  url.replace(/\?.*/, "").slice(url.lastIndexOf("/manifests/") + "/manifests/".length);
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  Number(headers["content-length"]) > 0;

/** Without the header that names it. */
export const anonymous = (reply: Reply): Reply => ({
  ...reply,
  headers: { ...reply.headers, "docker-distribution-api-version": "" },
});

/** Two tags a page, and a Link as the server writes it. */
export const pagedTags = (link: (next: string) => string): Omit<Fault, "times"> => ({
  method: "GET",
  path: /tags\/list/,
  act: {
    kind: "change",
    change: (reply, { url = "", headers }) => {
      const { tags = [] } = JSON.parse(String(reply.body)) as { tags?: readonly string[] };
      const after = new URL(url, "http://x").searchParams.get("last");
      const left = after === null ? tags : tags.filter((tag) => tag > after);
      const page = left.slice(0, 2);
      const next = `http://${headers.host}/v2/${REPOSITORY}/tags/list?n=2&last=${page.at(-1)}`;
      const more: Record<string, string> = left.length > 2 ? { link: link(next) } : {};
      return { ...json(200, { tags: page }), headers: { ...reply.headers, ...more } };
    },
  },
});
