/** Registries that know only a part of the specification: requests that they refuse, in whole or in this form. @module */
import type { Reply } from "../support/registry-reply.ts";
import { error, hasBody } from "./server-parts.ts";
import type { Server } from "./servers.ts";

const noBody = (status: number): Reply => ({ status, headers: {}, body: "" });

/** containerd's resolver asks again by GET. */
const withoutHead = (status: number): Server => ({
  name: `a registry that answers every HEAD with ${status}`,
  faults: () => [{ method: "HEAD", act: { kind: "answer", ...noBody(status) } }],
});

export const PARTIAL_SERVERS: readonly Server[] = [
  withoutHead(405),
  withoutHead(501),
  {
    // containers/image takes any success for a manifest.
    name: "a registry that has nothing to say about a manifest that it takes",
    faults: () => [
      {
        method: "PUT",
        path: /manifests/,
        act: {
          kind: "change",
          change: (reply) => (reply.status === 201 ? noBody(204) : reply),
        },
      },
    ],
  },
  {
    // distribution 3 has such a limit, with this code.
    name: "a registry that refuses long pages of tags",
    faults: () => [
      {
        method: "GET",
        path: /tags\/list\?n=1000/,
        act: {
          kind: "answer",
          ...error(400, "PAGINATION_NUMBER_INVALID", "invalid number of results requested"),
        },
      },
    ],
  },
  {
    name: "a registry that takes no notice of the bytes in a PUT, and says 422",
    faults: () => [
      {
        method: "PUT",
        path: /uploads/,
        act: {
          kind: "instead",
          of: (request) =>
            hasBody(request) ? error(422, "DIGEST_INVALID", "digest invalid") : undefined,
        },
      },
    ],
  },
];
