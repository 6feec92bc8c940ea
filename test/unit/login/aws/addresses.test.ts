/** Which addresses get a token or keys of AWS. @module */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AwsRegion, awsServiceUrl, isS3OfAws } from "../../../../provider/login/aws/domain.ts";
import { namedEndpoint } from "../../../../provider/login/aws/endpoint.ts";
import { containerRole, machineRole } from "../../../../provider/login/aws/role.ts";
import { withCloud } from "../../../support/cloud-server.ts";

const KEYS = JSON.stringify({ AccessKeyId: "a", SecretAccessKey: "b", Token: "c" });

test("a service of AWS is in its region's partition", () => {
  for (const [region, host] of [
    ["eu-west-1", "sts.eu-west-1.amazonaws.com"],
    ["ap-southeast-7", "sts.ap-southeast-7.amazonaws.com"],
    ["us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"],
    ["cn-north-1", "sts.cn-north-1.amazonaws.com.cn"],
    ["eusc-de-east-1", "sts.eusc-de-east-1.amazonaws.eu"],
    ["us-isob-east-1", "sts.us-isob-east-1.sc2s.sgov.gov"],
  ] as const)
    assert.equal(awsServiceUrl("sts", region).host, host);
});

test("what is no region's name becomes part of no host's name", () => {
  for (const region of [
    "",
    "auto",
    "eu-west-1@evil.example",
    "eu-west-1.evil.example",
    "evil.example/",
    "evil.example#",
    "evil.example?",
    "evil.example\\",
    "eu-west-1\n",
    "EU-WEST-1",
    "eu-west-1:443",
  ])
    assert.throws(() => awsServiceUrl("sts", region), { code: "INVALID_AWS_REGION" }, region);
});

test("a role is assumed in its own partition, whatever region a cache is in", () => {
  const role = (partition: string): string => `arn:${partition}:iam::1:role/r`;
  for (const [arn, asked, environment, expected] of [
    [role("aws"), "eu-west-1", {}, "eu-west-1"],
    [role("aws"), "cn-north-1", {}, "us-east-1"],
    [role("aws"), "garage", {}, "us-east-1"],
    [role("aws-cn"), "cn-northwest-1", {}, "cn-northwest-1"],
    [role("aws-cn"), "eu-west-1", {}, "cn-north-1"],
    [role("aws-us-gov"), "us-east-1", {}, "us-gov-west-1"],
    [role("aws"), "eu-west-1", { AWS_REGION: "us-west-2" }, "us-west-2"],
    [role("aws"), "eu-west-1", { AWS_DEFAULT_REGION: "us-west-2" }, "us-west-2"],
  ] as const)
    assert.equal(AwsRegion.ofRole(arn, asked, environment), expected);
});

test("only S3 itself counts as AWS's without being named", () => {
  for (const host of [
    "s3.eu-west-1.amazonaws.com",
    "s3-fips.dualstack.us-east-1.amazonaws.com",
    "s3.cn-north-1.amazonaws.com.cn",
  ])
    assert.ok(isS3OfAws(host), host);
  for (const host of [
    "s3.eu-west-1.amazonaws.com.evil.example",
    "s3.eu-west-1.evil-amazonaws.com",
    "ec2-1-2-3-4.eu-west-1.compute.amazonaws.com",
    "s3.ec2-1-2-3-4.compute-1.amazonaws.com",
    "bucket.s3.eu-west-1.amazonaws.com",
    "s3.eu-west-1.amazonaws.com:8443",
  ])
    assert.ok(!isS3OfAws(host), host);
});

test("an endpoint of the environment is https, or this machine's", () => {
  for (const url of ["https://a.example", "http://127.0.0.1:4566", "http://localhost:4566"])
    assert.equal(namedEndpoint(["A", "B"], { B: url })?.origin, url);
  assert.equal(namedEndpoint(["A"], { A: "" }), undefined);
  for (const url of ["http://a.example", "a.example", "https://u:p@a.example", "file:///x"])
    assert.throws(() => namedEndpoint(["A"], { A: url }), { code: "INVALID_AWS_ENDPOINT" }, url);
});

test("a container's role is asked for at addresses that AWS's tools would ask", async () => {
  for (const [variable, texts] of [
    [
      "AWS_CONTAINER_CREDENTIALS_FULL_URI",
      [
        "http://evil.example/keys",
        "http://169.254.170.2.evil.example/",
        "http://169.254.169.254/",
        "http://10.0.0.1/",
        "ftp://127.0.0.1/",
        "https://u:p@a.example/",
        "/keys",
      ],
    ],
    ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", ["@evil.example/", ".evil.example/", "@localhost/"]],
  ] as const)
    for (const text of texts)
      await assert.rejects(
        containerRole({ [variable]: text }),
        { code: "INVALID_AWS_ENDPOINT" },
        text,
      );
  const answers = { "GET /keys": () => ({ body: KEYS }) };
  await withCloud(answers, async (endpoint) => {
    const found = await containerRole({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint}/keys`,
    });
    assert.equal(found?.accessKeyId, "a");
  });
});

test("a machine's role is asked for at its metadata service, and at this machine", async () => {
  const variable = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
  for (const text of ["http://evil.example", "http://10.0.0.1", "gopher://127.0.0.1", "x"])
    await assert.rejects(machineRole({ [variable]: text }), { code: "INVALID_AWS_ENDPOINT" }, text);
  const roles = "/latest/meta-data/iam/security-credentials/";
  const answers = {
    "PUT /latest/api/token": () => ({ body: "t" }),
    [`GET ${roles}`]: () => ({ body: "a/role\nanother" }),
    [`GET ${roles}a%2Frole`]: () => ({ body: KEYS }),
  };
  await withCloud(answers, async (endpoint) => {
    assert.equal((await machineRole({ [variable]: endpoint }))?.accessKeyId, "a");
  });
});
