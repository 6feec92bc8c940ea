/** All tags of a repository, or an error; never a part of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RegistryClient } from "../../../provider/registry/client.ts";
import { startReplyServer, type ReplyServer } from "../../support/reply-server.ts";

const FIRST = "/v2/acme/lix/tags/list?n=1000";
const JSON_TYPE = { "content-type": "application/json" };
const page = (tags: unknown, link?: string) => ({
  headers: link === undefined ? JSON_TYPE : { ...JSON_TYPE, link },
  body: JSON.stringify({ name: "acme/lix", tags }),
});

async function listed(
  pages: Readonly<Record<string, ReturnType<typeof page> & { readonly status?: number }>>,
  use: (tags: Promise<string[]>, server: ReplyServer) => Promise<void>,
): Promise<void> {
  const server = await startReplyServer();
  try {
    for (const [path, reply] of Object.entries(pages)) server.replies.set(path, reply);
    const client = new RegistryClient(
      { host: new URL(server.url).host, name: "acme/lix", plainHttp: true },
      { credentials: async () => undefined, environment: {}, retryDelayMs: 1 },
    );
    await use(client.listTags(), server);
  } finally {
    await server.close();
  }
}

const holds =
  (...expected: readonly string[]) =>
  async (tags: Promise<string[]>) =>
    assert.deepEqual(await tags, expected);
const isRefused = (message: RegExp) => (tags: Promise<string[]>) =>
  assert.rejects(tags, { code: "TAG_LIST_INCOMPLETE", message });

const MANY = Array.from({ length: 50 }, (_, at) => `t${String(at).padStart(2, "0")}`);

test("a Link that cannot be read is no end: the next page is asked for by the last tag", () =>
  listed(
    {
      [FIRST]: page(["a", "b"], "next page: see the manual"),
      [`${FIRST}&last=b`]: page(["c"]),
    },
    holds("a", "b", "c"),
  ));

test("a Link that cannot be read, of a registry that always gives the same page, is an error", () => {
  const same = page(["a", "b"], "next page: see the manual");
  return listed({ [FIRST]: same, [`${FIRST}&last=b`]: same }, isRefused(/cannot be read/));
});

test("a long page without a Link may be a part, so the registry is asked for more", () =>
  listed({ [FIRST]: page(MANY), [`${FIRST}&last=t49`]: page(["z"]) }, holds(...MANY, "z")));

for (const [what, after] of [
  ["the same again", page(MANY)],
  ["nothing", page([])],
  ["null", page(null)],
  ["that there is no such page", { ...page([]), status: 404 }],
] as const)
  test(`a registry that then says ${what} has no more`, () =>
    listed({ [FIRST]: page(MANY), [`${FIRST}&last=t49`]: after }, holds(...MANY)));

test("a page that is announced and not there is an error", () =>
  listed({ [FIRST]: page(["a"], '<?n=1000&last=a>; rel="next"') }, isRefused(/is not there/)));

test("a page that is its own next one is an error", () =>
  listed({ [FIRST]: page(["a"], `<${FIRST}>; rel="next"`) }, isRefused(/its own next one/)));

test("a tag twice counts once", () =>
  listed(
    {
      [FIRST]: page(["a", "b"], `<${FIRST}&last=b>; rel="next"`),
      [`${FIRST}&last=b`]: page(["b", "c"]),
    },
    holds("a", "b", "c"),
  ));

test("what is listed as a tag and is none leads nowhere", async () => {
  for (const wrong of ["../../other/manifests/v1", "a/b", "", "a?b", "a".repeat(129), "%2e%2e"])
    await listed({ [FIRST]: page(["v1", wrong]) }, async (tags, { log }) => {
      await isRefused(/is no tag/)(tags);
      assert.deepEqual(
        log.map(({ path }) => path),
        [FIRST],
      );
    });
});

test("no reference becomes a part of an address unless it is a tag or a digest", async () => {
  const client = new RegistryClient(
    { host: "127.0.0.1:1", name: "acme/lix", plainHttp: true },
    { credentials: async () => undefined, environment: {} },
  );
  for (const wrong of ["../../other/manifests/v1", "a/b", "", "sha256:abc/../x"]) {
    await assert.rejects(client.headManifest(wrong), { code: /^INVALID_/ });
    await assert.rejects(client.deleteTag(wrong), { code: /^INVALID_/ });
  }
});
