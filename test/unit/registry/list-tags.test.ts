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

test("a registry that does not know how to go on from a tag has no more than a long page", () =>
  listed(
    { [FIRST]: page(MANY), [`${FIRST}&last=t49`]: { ...page([]), status: 400 } },
    holds(...MANY),
  ));

for (const link of ["</v2/acme/lix/tags/list?last=b>", "</x>; title=more", "</x>; rel"])
  test(`a Link that does not say what it is for may be the next page: ${link}`, () =>
    listed(
      { [FIRST]: page(["a", "b"], link), [`${FIRST}&last=b`]: page(["c"]) },
      holds("a", "b", "c"),
    ));

test("a Link to anything else is no reason to ask for more", () =>
  listed(
    { [FIRST]: page(["a"], '</help>; rel="help", </first>; rel=first') },
    async (tags, server) => {
      await holds("a")(tags);
      assert.equal(server.log.length, 1);
    },
  ));

test("a Link that cannot be read, and no page by the last tag, is an error", () =>
  listed({ [FIRST]: page(["a"], "more follows") }, isRefused(/is not there/)));

test("a next page with nothing but what was there before is an error", () =>
  listed(
    { [FIRST]: page(["a"], '<?n=1000&last=a>; rel="next"'), [`${FIRST}&last=a`]: page(["a"]) },
    isRefused(/what was there before/),
  ));

for (const answer of [{ name: "acme/lix" }, { errors: [] }, { tags: ["a", null] }, { tags: "a" }])
  test(`${JSON.stringify(answer)} is no list of tags`, () =>
    listed({ [FIRST]: { headers: JSON_TYPE, body: JSON.stringify(answer) } }, (tags) =>
      assert.rejects(tags, { code: "NOT_A_REGISTRY", message: /no list of tags/ }),
    ));

test("half a list is asked for again", async () => {
  const server = await startReplyServer();
  try {
    server.replies.set(FIRST, page(["a", "b"]));
    server.first.set(FIRST, [{ headers: JSON_TYPE, body: '{"tags":["a"' }]);
    const client = new RegistryClient(
      { host: new URL(server.url).host, name: "acme/lix", plainHttp: true },
      { credentials: async () => undefined, environment: {}, retryDelayMs: 1 },
    );
    assert.deepEqual(await client.listTags(), ["a", "b"]);
  } finally {
    await server.close();
  }
});

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
