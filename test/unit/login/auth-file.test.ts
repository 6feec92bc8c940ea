/** The credentials in one file for one repository, as Docker and containers/image read them. @module */
import assert from "node:assert/strict";
import { test } from "node:test";
import { render } from "../../../provider/base/errors.ts";
import { credentialsIn, parseAuthFile } from "../../../provider/login/auth-file.ts";

const auth = (pair: string): { auth: string } => ({ auth: Buffer.from(pair).toString("base64") });
const HUB = "https://index.docker.io/v1/";

for (const [name, auths, asked, expected] of [
  ["a user and a password", { "r.example": auth("me:pw") }, "r.example x", "me:pw"],
  ["colons in a password", { "r.example": auth("me:a:b:") }, "r.example x", "me:a:b:"],
  ["Docker's padding by NUL", { "r.example": auth("me:pw\0\0") }, "r.example x", "me:pw"],
  ["an empty password", { "r.example": auth("me:") }, "r.example x", "me:"],
  [
    "a user and a password that are written plainly",
    { "r.example": { username: "me", password: "p:w" } },
    "r.example x",
    "me:p:w",
  ],
  ["an identity token", { "r.example": { identitytoken: "id" } }, "r.example x", "identity id"],
  [
    "an identity token rather than the password beside it",
    { "r.example": { ...auth("me:pw"), identitytoken: "id" } },
    "r.example x",
    "identity id",
  ],
  [
    "a registry token rather than all else",
    { "r.example": { ...auth("me:pw"), identitytoken: "id", registrytoken: "reg" } },
    "r.example x",
    "registry reg",
  ],
  ["nothing of an empty entry", { "r.example": {} }, "r.example x", undefined],
  ["nothing of an entry that is null", { "r.example": null }, "r.example x", undefined],
  ["nothing of another host", { "r.example": auth("me:pw") }, "s.example x", undefined],
  ["nothing of another port", { "r.example": auth("me:pw") }, "r.example:5000 x", undefined],
  ["a port", { "r.example:5000": auth("me:pw") }, "r.example:5000 x", "me:pw"],
  ["an old URL", { "https://r.example/v2/": auth("me:pw") }, "r.example x", "me:pw"],
  ["old http URLs", { "http://r.example": auth("me:pw") }, "r.example x", "me:pw"],
  [
    "the plain name rather than an old URL",
    { "https://r.example/v1/": auth("url:1"), "r.example": auth("name:1") },
    "r.example x",
    "name:1",
  ],
  ["Docker Hub by its URL", { [HUB]: auth("hub:1") }, "docker.io library/x", "hub:1"],
  ["Docker Hub by its API's name", { [HUB]: auth("hub:1") }, "registry-1.docker.io x", "hub:1"],
  ["Docker Hub by its name", { "docker.io": auth("hub:1") }, "index.docker.io x", "hub:1"],
  [
    "a namespace of Docker Hub",
    { "docker.io/acme": auth("acme:1"), [HUB]: auth("hub:1") },
    "docker.io acme/x",
    "acme:1",
  ],
  [
    "the longest prefix",
    { "r.example/a": auth("a:1"), "r.example/a/b": auth("ab:1"), "r.example": auth("r:1") },
    "r.example a/b/c",
    "ab:1",
  ],
  [
    "whole parts of a prefix only",
    { "r.example/a/b": auth("ab:1"), "r.example/a": auth("a:1") },
    "r.example a/bc",
    "a:1",
  ],
] as const)
  test(`reads ${name}`, async () => {
    const file = parseAuthFile(JSON.stringify({ auths }), "a test");
    const [host = "", repository] = asked.split(" ");
    const from = { source: "a test", environment: {} };
    const found = await credentialsIn(file, { host, repository }, from);
    const shown =
      found &&
      (found.kind === "basic"
        ? `${found.username}:${found.password}`
        : `${found.kind.replace(" token", "")} ${found.token}`);
    assert.equal(shown, expected);
    if (found !== undefined) assert.equal(found.source, "a test");
  });

const of = async (config: object, host = "r.example"): Promise<string | undefined> => {
  const file = parseAuthFile(JSON.stringify(config), "a test");
  const from = { source: "a test", environment: {} };
  const found = await credentialsIn(file, { host, repository: "x" }, from).catch(render);
  if (found === undefined || typeof found === "string") return found;
  return found.kind === "basic" ? `${found.username}:${found.password}` : found.token;
};

test("reads every form of key that means a host", async () => {
  for (const key of [
    "R.example",
    "r.example/",
    "r.example/v1/",
    "r.example/v2",
    "HTTPS://r.example/v2/",
    "https://R.Example/v1/",
    " r.example",
  ])
    assert.equal(await of({ auths: { [key]: auth("me:pw") } }), "me:pw", key);
  for (const key of ["r.example/v3/", "r.example:443", "xr.example", "r.example.evil"])
    assert.equal(await of({ auths: { [key]: auth("me:pw") } }), undefined, key);
});

test("a broken entry for another host, and null where nothing is needed, do no harm", async () => {
  const good = {
    ...auth("me:pw"),
    identitytoken: null,
    registrytoken: null,
    username: null,
    email: 1,
  };
  for (const config of [
    { auths: { "r.example": good, "s.example": 5, "t.example": { auth: 5 }, "u.example": "x" } },
    { auths: { "r.example": good }, credHelpers: { "s.example": 5, "r.example": null } },
    { auths: { "r.example": good }, credHelpers: { "r.example": "" }, credsStore: null },
    { auths: { "r.example": good }, HttpHeaders: [1], psFormat: {}, currentContext: null },
    { auths: { "r.example": good }, HttpHeaders: { "X-Meta-A": 5 }, proxies: 5 },
  ])
    assert.equal(await of(config), "me:pw", JSON.stringify(config));
  assert.match(
    String(await of({ auths: { "r.example": { auth: 5 } } })),
    /at auths\["r.example"\].auth/,
  );
  assert.match(
    String(await of({ credHelpers: { "r.example": 5 } })),
    /for r.example in credHelpers/,
  );
});

test("base64 is read with line ends and without padding", async () => {
  const { auth: text } = auth("me:a long password, of more than one line of base64");
  for (const spelling of [`${text}\n`, text.replace(/=+$/, ""), text.replace(/(.{20})/g, "$1\r\n")])
    assert.match(String(await of({ auths: { "r.example": { auth: spelling } } })), /^me:a long/);
});

test("a registrytoken that no header can hold is named, not shown", async () => {
  for (const token of ["s3cret\n", "s3 cret", "s3cret\u0000", "s3crét"]) {
    const text = String(await of({ auths: { "r.example": { registrytoken: token } } }));
    assert.match(text, /a test has a registrytoken for r.example .*\[INVALID_AUTH_FILE\]/);
    assert.doesNotMatch(text, /s3/);
  }
});
