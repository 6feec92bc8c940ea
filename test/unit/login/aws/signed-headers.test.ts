import assert from "node:assert/strict";
import { test } from "node:test";
import { signedHeaders } from "../../../../provider/login/aws/signed-headers.ts";

// AWS's Signature Version 4 test suite: keys, time and signatures of its "vanilla" cases.
const KEYS = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const TIME = new Date("2015-08-30T12:36:00Z");
const request = {
  url: new URL("https://example.amazonaws.com/"),
  headers: {},
  body: new Uint8Array(),
  region: "us-east-1",
  service: "service",
} as const;

for (const [name, asked, signature] of [
  [
    "get-vanilla",
    { ...request, method: "GET" },
    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
  ],
  [
    "post-vanilla",
    { ...request, method: "POST" },
    "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
  ],
  [
    "get-vanilla-query-order-key-case",
    {
      ...request,
      method: "GET",
      url: new URL("https://example.amazonaws.com/?Param2=value2&Param1=value1"),
    },
    "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
  ],
] as const)
  test(`signs as AWS does: ${name}`, () => {
    assert.equal(
      signedHeaders(asked, KEYS, TIME)["authorization"],
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, " +
        `SignedHeaders=host;x-amz-date, Signature=${signature}`,
    );
  });

test("signs the session token of temporary keys along", () => {
  const keys = { ...KEYS, sessionToken: "a token" };
  const headers = signedHeaders({ ...request, method: "POST" }, keys, TIME);
  assert.equal(headers["x-amz-security-token"], "a token");
  assert.match(
    headers["authorization"] ?? "",
    /SignedHeaders=host;x-amz-date;x-amz-security-token,/,
  );
});

test("signs a path whose percent signs encode nothing", () => {
  for (const path of ["/nar/%zz.nar.xz", "/%", "/%e0%a4", "/a%2"]) {
    const url = new URL(path, request.url);
    const signed = signedHeaders({ ...request, method: "GET", url }, KEYS, TIME);
    assert.match(signed["authorization"] ?? "", /Signature=[0-9a-f]{64}$/);
  }
});
