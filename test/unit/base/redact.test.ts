/** What looks like a credential is not shown, and what is no credential stays as it is. @module */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isSecretName, redact } from "../../../provider/base/redact.ts";

const SECRET = /tok|pw|s3cret/i;

test("the user of a URL is hidden in every spelling", () => {
  for (const text of [
    "https://user:pw@h.example/x",
    "HTTPS://u:pw@h",
    "https://TOKEN@h",
    "https://user:pw/s3cret@h",
    "https://user:pw@s3cret@h/x",
    "https://user:pw?s3cret@h",
    "https://user:pw#s3cret@h",
    "https://user:12/s3cret@h",
    'registry: "https://user:pw s3cret@h/x"',
    String.raw`"https://user:pw\"s3cret@h/x"`,
    String.raw`https:\\user:pw@h`,
    "https:/user:pw@h",
    "https:user:pw@h",
    "//user:pw@h/x",
    "user:pw@h",
    "user:pw/s3cret@h.example:5000/name",
    "https://user:pw%40h",
    "s3://key:s3cret@bucket?region=eu-west-1",
    "git+https://TOKEN@h/x.git",
    "https://a.example/x,https://user:pw@h",
    "see (https://user:pw@h/x) and so on",
    "--cache=https://user:pw@h",
    `https://user:pw@h/name@sha256:${"a".repeat(64)}`,
  ])
    assert.doesNotMatch(redact(text), SECRET, text);
});

test("a parameter or header with a credential is hidden", () => {
  for (const name of [
    "token",
    "private_token",
    "access_token",
    "X-Amz-Signature",
    "X-Amz-Security-Token",
    "X-Goog-Signature",
    "AWSAccessKeyId",
    "sig",
    "key",
    "api_key",
    "password",
    "client_secret",
    "job_token",
  ]) {
    assert.equal(
      redact(`https://h.example/x?a=b&${name}=s3cret&c=d`),
      `https://h.example/x?a=b&${name}=***&c=d`,
    );
    assert.equal(redact(`x#${name}=s3cret`), `x#${name}=***`);
  }
  for (const header of [
    `Basic ${btoa("u:s3cret")}`,
    `basic ${btoa("u:p")}`,
    "Bearer eyJtok.123.s3cret",
  ])
    assert.match(
      redact(`authorization: ${header} was sent`),
      /^authorization: \w+ \*\*\* was sent$/,
    );
});

test("a token with its service's prefix is hidden everywhere", () => {
  for (const token of [
    `ghp_${"a1".repeat(18)}`,
    `github_pat_${"a1_".repeat(20)}`,
    `glpat-${"a1".repeat(10)}`,
    `npm_${"a1".repeat(18)}`,
    `dckr_pat_${"a1-".repeat(9)}`,
    `hvs.${"a1".repeat(20)}`,
    `eyJ${"a1".repeat(10)}.eyJ${"b2".repeat(20)}.${"c3".repeat(20)}`,
  ])
    for (const text of [`https://h.example/${token}/x.tar.gz`, token, `GET /${token}: no`])
      assert.equal(redact(text), text.replace(token, "***"));
});

test("what holds no credential stays as it is", () => {
  const digest = `sha256:${"0a".repeat(32)}`;
  for (const text of [
    `ghcr.io/acme/lix:v1@${digest}`,
    `localhost:5000/acme/lix@${digest}`,
    `https://ghcr.io/acme/lix:v1@${digest} and docker.io/acme/lix@${digest}`,
    "https://github.com/acme/mono/tree/web@1.2.3",
    "https://registry.npmjs.org/@types/node",
    "mail to me@example.org",
    "https://h.example/x?rev=abc&ref=main&narHash=sha256-abc=",
    "cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=",
    'Bearer realm="https://h.example"',
    "Basic authentication",
    "python3.12@latest",
    "/nix/store/zi9430ml82jln60d9snv8my96r50cdin-glibc-locales-2.40-66-with-a-long-suffix",
    "pypi-mirror-of-a-very-long-name-that-is-a-package-and-no-token-at-all",
    "",
  ])
    assert.equal(redact(text), text);
  for (const name of ["rev", "ref", "narHash", "author", "keyboard", "compression", "priority"])
    assert.ok(!isSecretName(name), name);
});

test("redacting twice changes nothing more", () => {
  for (const text of ["https://u:pw@h/x?token=a b:c@d", `Basic ${btoa("u:s3cret")} "//u:p w@h"`])
    assert.equal(redact(redact(text)), redact(text));
});
