import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseChallenges } from "../../../provider/registry/challenge.ts";

const plain = (header: string): unknown =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

test("reads what registries send", () => {
  // Docker Hub; GitHub's old registry; one without quotes; two in one header.
  assert.deepEqual(
    plain(
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"',
    ),
    [
      [
        "bearer",
        {
          realm: "https://auth.docker.io/token",
          service: "registry.docker.io",
          scope: "repository:a/b:pull,push",
        },
      ],
    ],
  );
  assert.deepEqual(plain('Basic realm="GitHub Package Registry"'), [
    ["basic", { realm: "GitHub Package Registry" }],
  ]);
  assert.deepEqual(plain("Bearer realm=https://x.example/token , service=x"), [
    ["bearer", { realm: "https://x.example/token", service: "x" }],
  ]);
  assert.deepEqual(
    plain('Basic realm="one, two", Bearer realm="https://x",error="invalid_token"'),
    [
      ["basic", { realm: "one, two" }],
      ["bearer", { realm: "https://x", error: "invalid_token" }],
    ],
  );
});

test("steps over schemes with one opaque word, and over quotes within quotes", () => {
  assert.deepEqual(plain('Negotiate YII+/=, NTLM, Basic realm="a \\"b\\" c"'), [
    ["negotiate", {}],
    ["ntlm", {}],
    ["basic", { realm: 'a "b" c' }],
  ]);
});

test("never throws and always ends", () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom("", "Bearer ", 'Basic realm="'), (text, prefix) => {
      for (const { scheme } of parseChallenges(prefix + text))
        assert.equal(scheme, scheme.toLowerCase());
    }),
  );
});
