import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { render } from "../../../provider/base/errors.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { signedHeaders } from "../../../provider/login/aws/signed-headers.ts";
import { EcrHost } from "../../../provider/login/ecr.ts";
import { findCredentials } from "../../../provider/login/find-credentials.ts";
import { withCloud, type CloudReply, type CloudRequest } from "../../support/cloud-server.ts";

const HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN = Buffer.from("AWS:a password").toString("base64");

/** ECR, which lets in only requests that these keys signed. */
const ecr =
  (accessKeyId: string, sessionToken?: string) =>
  ({ request, body }: CloudRequest): CloudReply => {
    const { headers } = request;
    const date = String(headers["x-amz-date"]);
    const time = date.replace(/(....)(..)(..T..)(..)(..Z)/, "$1-$2-$3:$4:$5");
    const expected = signedHeaders(
      {
        method: "POST",
        url: new URL(`http://${headers.host}/`),
        headers: {
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken",
        },
        body: Buffer.from(body),
        region: "eu-west-1",
        service: "ecr",
      },
      { accessKeyId, secretAccessKey: SECRET, sessionToken },
      new Date(time),
    );
    if (headers.authorization !== expected["authorization"])
      return { status: 400, body: '{"__type":"com.amazon#InvalidSignatureException"}' };
    const data = { authorizationToken: TOKEN, expiresAt: 1e9, proxyEndpoint: "https://x" };
    return { body: JSON.stringify({ authorizationData: [data] }) };
  };

test("knows ECR's hosts, and where to ask for each", () => {
  for (const [host, endpoint] of [
    [HOST, "https://api.ecr.eu-west-1.amazonaws.com/"],
    ["1.dkr.ecr.cn-north-1.amazonaws.com.cn", "https://api.ecr.cn-north-1.amazonaws.com.cn/"],
    ["1.dkr.ecr.eusc-de-east-1.amazonaws.eu", "https://api.ecr.eusc-de-east-1.amazonaws.eu/"],
    ["1.dkr.ecr.us-iso-east-1.c2s.ic.gov", "https://api.ecr.us-iso-east-1.c2s.ic.gov/"],
    ["1.dkr.ecr.us-isob-east-1.sc2s.sgov.gov", "https://api.ecr.us-isob-east-1.sc2s.sgov.gov/"],
    ["1.dkr.ecr.us-gov-west-1.amazonaws.com", "https://api.ecr.us-gov-west-1.amazonaws.com/"],
    ["1.dkr.ecr-fips.us-east-1.amazonaws.com", "https://ecr-fips.us-east-1.amazonaws.com/"],
    ["1.dkr-ecr.us-east-1.on.aws", "https://ecr.us-east-1.api.aws/"],
    ["1.dkr-ecr-fips.us-east-1.on.aws", "https://ecr-fips.us-east-1.api.aws/"],
    [
      "1.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn",
      "https://ecr.cn-north-1.api.amazonwebservices.com.cn/",
    ],
    ["public.ecr.aws", "https://api.ecr-public.us-east-1.amazonaws.com/"],
    ["ecr-public.aws.com", "https://ecr-public.us-east-1.api.aws/"],
    ["1.dkr.ecr.eu-west-1.amazonaws.com.evil.example", undefined],
    ["1.dkr.ecr.eu-west-1.localhost:5000", undefined],
    ["evil.example/public.ecr.aws", undefined],
  ] as const)
    assert.equal(
      EcrHost.parse(host.replace(/^1\./, "123456789012."), {})?.endpoint.href,
      endpoint,
      host,
    );
  const local = { AWS_ENDPOINT_URL_ECR: "http://127.0.0.1:4566" };
  const { region, endpoint } =
    EcrHost.parse("000000000000.dkr.ecr.us-east-1.localhost.localstack.cloud:4566", local) ?? {};
  assert.deepEqual([region, endpoint?.href], ["us-east-1", "http://127.0.0.1:4566/"]);
});

test("exchanges keys from variables for a password, which expires", () =>
  withCloud({ "POST /": ecr("AKIDEXAMPLE", "session") }, async (endpoint, HOME) => {
    const found = await findCredentials(HOST, "acme/lix", {
      HOME,
      AWS_ENDPOINT_URL_ECR: endpoint,
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: SECRET,
      AWS_SESSION_TOKEN: "session",
    });
    assert.deepEqual(found, {
      kind: "basic",
      username: "AWS",
      password: "a password",
      source: "the AWS credentials in AWS_ACCESS_KEY_ID",
      expiresAt: 1e12,
    });
  }));

test("asks the service of public registries, which answers in its own way", () => {
  const asked: string[] = [];
  const answer = ({ request }: CloudRequest): CloudReply => {
    asked.push(`${String(request.headers["x-amz-target"])} ${request.headers.authorization}`);
    return {
      body: JSON.stringify({ authorizationData: { authorizationToken: TOKEN, expiresAt: 1e9 } }),
    };
  };
  return withCloud({ "POST /": answer }, async (endpoint, HOME) => {
    const found = await findCredentials("public.ecr.aws", "acme/lix", {
      HOME,
      AWS_ENDPOINT_URL_ECR_PUBLIC: endpoint,
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: SECRET,
    });
    assert.equal(found?.kind === "basic" && found.password, "a password");
    assert.match(
      asked.join(),
      /^SpencerFrontendService\.GetAuthorizationToken .*\/us-east-1\/ecr-public\/aws4_request/,
    );
  });
});

test("reads the profile of the shared files", () =>
  withCloud({ "POST /": ecr("AKIDWORK") }, async (endpoint, HOME) => {
    await mkdir(join(HOME, ".aws"));
    const keys = (id: string): string =>
      `aws_access_key_id = ${id}\naws_secret_access_key=${SECRET}\n`;
    await writeFile(
      join(HOME, ".aws/credentials"),
      `# of mine\n[default]\n${keys("AKIDOTHER")}\n[work]\n${keys("AKIDWORK")}`,
    );
    await writeFile(join(HOME, ".aws/config"), `[profile conf]\nregion = x\n${keys("AKIDWORK")}`);
    for (const AWS_PROFILE of ["work", "conf"]) {
      const environment = { HOME, AWS_ENDPOINT_URL: endpoint, AWS_PROFILE };
      const found = await findCredentials(HOST, "x", environment);
      assert.match(found?.source ?? "", new RegExp(AWS_PROFILE));
    }
  }));

const ROLE = { AccessKeyId: "AKIDROLE", SecretAccessKey: SECRET, Token: "role session" };

test("takes the role of a pod, a container, a machine", () =>
  withCloud(
    {
      "POST /": (asked) =>
        asked.body.includes("AssumeRoleWithWebIdentity")
          ? {
              body: asked.body.includes("WebIdentityToken=a.jwt")
                ? `<AccessKeyId>AKIDROLE</AccessKeyId><SecretAccessKey>${SECRET}</SecretAccessKey><SessionToken>role session</SessionToken>`
                : "",
            }
          : ecr("AKIDROLE", "role session")(asked),
      "GET /container": ({ request }) =>
        request.headers.authorization === "let me in"
          ? { body: JSON.stringify(ROLE) }
          : { status: 403, body: "" },
      "PUT /latest/api/token": () => ({ body: "imds" }),
      "GET /latest/meta-data/iam/security-credentials/": () => ({ body: "builder\n" }),
      "GET /latest/meta-data/iam/security-credentials/builder": ({ request }) =>
        request.headers["x-aws-ec2-metadata-token"] === "imds"
          ? { body: JSON.stringify(ROLE) }
          : { status: 401, body: "" },
    },
    async (endpoint, HOME) => {
      const jwt = join(HOME, "token");
      await writeFile(jwt, "a.jwt\n");
      for (const environment of [
        { AWS_WEB_IDENTITY_TOKEN_FILE: jwt, AWS_ROLE_ARN: "arn:aws:iam::1:role/x" },
        {
          AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint}/container`,
          AWS_CONTAINER_AUTHORIZATION_TOKEN: "let me in",
        },
        { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint },
      ]) {
        const all = { HOME, AWS_ENDPOINT_URL: endpoint, ...environment };
        const found = await findCredentials(HOST, "x", all);
        assert.equal(found?.kind === "basic" && found.password, "a password");
      }
    },
  ));

test("says what AWS said when it refuses, and nothing secret", () =>
  withCloud({ "POST /": ecr("AKIDEXAMPLE") }, async (endpoint, HOME) => {
    const wrong = {
      HOME,
      AWS_ENDPOINT_URL_ECR: endpoint,
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "hunter2",
    };
    await assert.rejects(findCredentials(HOST, "x", wrong), (error) => {
      assert.match(render(error), /ECR login in eu-west-1.*InvalidSignatureException/);
      assert.match(render(error), /ecr:GetAuthorizationToken/);
      assert.doesNotMatch(render(error), /hunter2/);
      return true;
    });
  }));

test("does without keys where AWS is not", () =>
  withTempDir(async (HOME) => {
    const environment = { HOME, AWS_EC2_METADATA_DISABLED: "true" };
    assert.equal(await findCredentials(HOST, "x", environment), undefined);
  }));
