/** What one file says of one repository, as Docker and containers/image read it. @module */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lookUp, parseAuthFile } from "../../../provider/registry/auth-file.ts";

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
  ["a URL of old", { "https://r.example/v2/": auth("me:pw") }, "r.example x", "me:pw"],
  ["http URLs of old", { "http://r.example": auth("me:pw") }, "r.example x", "me:pw"],
  [
    "the plain name rather than a URL of old",
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
    const found = await lookUp(file, { host, repository }, from);
    const shown =
      found &&
      (found.kind === "basic"
        ? `${found.username}:${found.password}`
        : `${found.kind.replace(" token", "")} ${found.token}`);
    assert.equal(shown, expected);
    if (found !== undefined) assert.equal(found.source, "a test");
  });
