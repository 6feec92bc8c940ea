import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { render } from "../../../../provider/base/errors.ts";
import { Reference, Repository, Tag } from "../../../../provider/formats/oci/reference.ts";
import { hasCode } from "../../../support/has-code.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

for (const [text, host, name, plainHttp] of [
  ["ghcr.io/acme/lix", "ghcr.io", "acme/lix", false],
  ["docker.io/acme/lix", "docker.io", "acme/lix", false],
  ["localhost/lix", "localhost", "lix", true],
  ["localhost:5000/lix", "localhost:5000", "lix", true],
  ["127.0.0.1:5000/a/b/c", "127.0.0.1:5000", "a/b/c", true],
  ["[::1]:5000/lix", "[::1]:5000", "lix", true],
  ["[2001:db8::1]/lix", "[2001:db8::1]", "lix", false],
  ["registry:5000/lix", "registry:5000", "lix", false],
  ["http://registry:5000/lix", "registry:5000", "lix", true],
  ["http://ghcr.io/lix", "ghcr.io", "lix", true],
  ["https://localhost:5000/lix", "localhost:5000", "lix", false],
  ["localhost.example.org/lix", "localhost.example.org", "lix", false],
  ["127.example.org/lix", "127.example.org", "lix", false],
  ["ghcr.io/a_b/c__d/e---f/g.h", "ghcr.io", "a_b/c__d/e---f/g.h", false],
  [
    "123456789012.dkr.ecr.eu-central-1.amazonaws.com/x",
    "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
    "x",
    false,
  ],
] as const)
  test(`the repository ${text}`, () => {
    assert.deepEqual(Repository.parse(text), { host, name, plainHttp });
    assert.equal(Repository.format(Repository.parse(text)), `${host}/${name}`);
  });

for (const [text, problem] of [
  ["", /no registry host/],
  ["lix", /no registry host/],
  ["acme/lix", /no registry host/],
  ["/lix", /no registry host/],
  ["http:///lix", /no registry host/],
  ["ftp://ghcr.io/lix", /no registry host/],
  ["ghcr.io", /no registry host/],
  ["-x.io/lix", /no registry host/],
  ["ghcr..io/lix", /no registry host/],
  ["gh_cr.io/lix", /no registry host/],
  ["localhost:/lix", /no registry host/],
  ["localhost:65536/lix", /no registry host/],
  ["localhost:port/lix", /no registry host/],
  ["[::1/lix", /no registry host/],
  ["[::g]/lix", /no registry host/],
  ["[1:2]/lix", /no registry host/],
  ["localhost.5000/lix", /no registry host/],
  ["10.0.0.300/lix", /no registry host/],
  ["10.0.0.300:5000/lix", /no registry host/],
  ["1.2.3/lix", /no registry host/],
  ["127.1:5000/lix", /no registry host/],
  ["0x7f.0.0.1/lix", /no registry host/],
  ["2130706433:80/lix", /no registry host/],
  ["ghcr.io/", /not a name: ""/],
  ["ghcr.io/acme/", /not a name/],
  ["ghcr.io//lix", /not a name/],
  ["ghcr.io/Acme/lix", /not a name: "Acme\/lix"/],
  ["ghcr.io/-lix", /not a name/],
  ["ghcr.io/lix-", /not a name/],
  ["ghcr.io/a___b", /not a name/],
  ["ghcr.io/a..b", /not a name/],
  ["ghcr.io/a._b", /not a name/],
  ["ghcr.io/lix:latest", /not a name/],
  ["ghcr.io/lix\n", /not a name/],
  ["ghcr.io/é", /not a name/],
  [`ghcr.io/${"a".repeat(248)}`, /256 characters, at most 255/],
] as const)
  test(`no repository: ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.throws(
      () => Repository.parse(text),
      (error) => {
        assert.ok(hasCode(error, "INVALID_REPOSITORY"));
        assert.match(error.message, problem);
        assert.ok(error.hint);
        return true;
      },
    );
  });

test("a name of exactly the greatest length is accepted", () => {
  assert.equal(Repository.parse(`ghcr.io/${"a".repeat(247)}`).name.length, 247);
});

test("a password before the host is not repeated in messages", () => {
  for (const text of ["http://me:s3cret@ghcr.io/lix", "me:s3cret@ghcr.io/lix"])
    for (const parse of [Repository.parse, Reference.parse])
      assert.throws(
        () => parse(text),
        (error) => !render(error).includes("s3cret"),
      );
});

for (const tag of ["latest", "1", "_x", "V1.2-3_4", "a".repeat(128)])
  test(`the tag ${tag.slice(0, 20)}`, () => {
    assert.doesNotThrow(() => Tag.check(tag));
  });
for (const tag of ["", ".x", "-x", "a b", "a+b", "a/b", "a:b", "é", "a".repeat(129), "x\n"])
  test(`no tag: ${JSON.stringify(tag.slice(0, 20))}`, () => {
    assert.throws(() => Tag.check(tag), { code: "INVALID_TAG" });
  });

for (const [text, tag, digest] of [
  ["ghcr.io/acme/lix", undefined, undefined],
  ["ghcr.io/acme/lix:1.2", "1.2", undefined],
  [`ghcr.io/acme/lix@${DIGEST}`, undefined, DIGEST],
  [`localhost:5000/lix:1.2@${DIGEST}`, "1.2", DIGEST],
  ["[::1]:5000/lix:x", "x", undefined],
] as const)
  test(`the reference ${text}`, () => {
    const reference = Reference.parse(text);
    assert.deepEqual([reference.tag, reference.digest], [tag, digest]);
    assert.equal(Reference.format(reference), text);
  });

for (const text of [
  "lix:latest",
  "localhost:5000",
  "ghcr.io/lix:",
  "ghcr.io/lix:a:b",
  "ghcr.io/lix@",
  "ghcr.io/lix@latest",
  "ghcr.io/lix@sha512:00",
  `ghcr.io/lix@${DIGEST.toUpperCase()}`,
  `ghcr.io/lix@${DIGEST}@${DIGEST}`,
  `ghcr.io/lix@${DIGEST}:latest`,
])
  test(`no reference: ${text.slice(0, 40)}`, () => {
    assert.throws(
      () => Reference.parse(text),
      (error) => {
        assert.ok(hasCode(error, "INVALID_REFERENCE"));
        assert.ok(error.cause instanceof Error);
        return true;
      },
    );
  });

test("parsing and formatting give the same text", () => {
  const part = fc.stringMatching(/^[a-z0-9]{1,5}(?:[._-][a-z0-9]{1,5}){0,2}$/);
  const name = fc.array(part, { minLength: 1, maxLength: 4 });
  const host = fc.constantFrom("ghcr.io", "localhost:5000", "[::1]:80", "a-b.example.org");
  const tag = fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/));
  fc.assert(
    fc.property(host, name, tag, fc.boolean(), (host, name, tag, digest) => {
      const text = `${host}/${name.join("/")}${tag === null ? "" : `:${tag}`}${digest ? `@${DIGEST}` : ""}`;
      assert.equal(Reference.format(Reference.parse(text)), text);
    }),
  );
});
