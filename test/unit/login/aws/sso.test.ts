import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { withProfiles, type AwsFiles } from "../../../support/aws-profiles.ts";
import type { CloudAnswers } from "../../../support/cloud-server.ts";

const SESSION =
  "[sso-session corp]\nsso_start_url = https://corp.example/start\nsso_region = eu-west-1\n";
const ACCOUNT = "sso_account_id = 123\nsso_role_name = push\n";
const cached = (key: string, token: object): AwsFiles => ({
  [`sso/cache/${createHash("sha1").update(key).digest("hex")}.json`]: JSON.stringify(token),
});
const inMinutes = (minutes: number): string =>
  new Date(Date.now() + minutes * 60_000).toISOString().replace(/\.\d+Z/, "Z");
const roleCredentials = { accessKeyId: "SSO", secretAccessKey: "s", sessionToken: "t" };
const portal = (token: string): CloudAnswers => ({
  "GET /federation/credentials?role_name=push&account_id=123": ({ request }) =>
    request.headers["x-amz-sso_bearer_token"] === token
      ? { body: JSON.stringify({ roleCredentials }) }
      : { status: 401, body: '{"__type":"UnauthorizedException","message":"hunter2"}' },
});

test("exchanges the token that `aws sso login` left behind, of a session or of old", () =>
  withProfiles(
    {
      config:
        `${SESSION}[profile new]\nsso_session = corp\n${ACCOUNT}` +
        `[profile old]\nsso_start_url = https://old.example/start\nsso_region = eu-west-1\n${ACCOUNT}`,
      ...cached("corp", { accessToken: "good", expiresAt: inMinutes(60) }),
      ...cached("https://old.example/start", {
        accessToken: "good",
        expiresAt: inMinutes(60).replace("Z", "UTC"),
      }),
    },
    portal("good"),
    async ({ keys }) => {
      assert.equal(await keys("new"), "SSO s t");
      assert.equal(await keys("old"), "SSO s t");
    },
  ));

const LOGIN = { clientId: "c", clientSecret: "cs", refreshToken: "r1" };

test("renews a token near its end once for many, and leaves the new one to the AWS CLI", () => {
  const asked: unknown[] = [];
  const renew: CloudAnswers = {
    "POST /token": ({ body }) => {
      asked.push(JSON.parse(body));
      return { body: '{"accessToken":"renewed","expiresIn":3600,"refreshToken":"r2"}' };
    },
  };
  const token = { ...LOGIN, region: "eu-west-1", accessToken: "old", expiresAt: inMinutes(-5) };
  return withProfiles(
    { config: `${SESSION}[profile p]\nsso_session = corp\n${ACCOUNT}`, ...cached("corp", token) },
    { ...portal("renewed"), ...renew },
    async ({ home, keys }) => {
      const found = await Promise.all([keys("p"), keys("p"), keys("p")]);
      assert.deepEqual(new Set(found), new Set(["SSO s t"]));
      assert.deepEqual(asked, [
        { grantType: "refresh_token", clientId: "c", clientSecret: "cs", refreshToken: "r1" },
      ]);
      const [file = ""] = Object.keys(cached("corp", {}));
      const path = join(home, ".aws", file);
      const kept = JSON.parse(await readFile(path, "utf8")) as Record<string, string>;
      assert.deepEqual(
        { ...kept, expiresAt: "" },
        { ...token, accessToken: "renewed", refreshToken: "r2", expiresAt: "" },
      );
      assert.ok(Date.parse(kept["expiresAt"] ?? "") > Date.now());
      assert.equal((await stat(path)).mode & 0o777, 0o600);
    },
  );
});

test("a renewed token that lasts longer than any date counts as none", () => {
  const body = '{"accessToken":"renewed","expiresIn":1e300}';
  const token = { ...LOGIN, region: "eu-west-1", accessToken: "old", expiresAt: inMinutes(-5) };
  return withProfiles(
    { config: `${SESSION}[profile p]\nsso_session = corp\n${ACCOUNT}`, ...cached("corp", token) },
    { "POST /token": () => ({ body }) },
    async ({ keys }) => assert.match(await keys("p"), /the login has expired/),
  );
});

for (const [name, token, expected] of [
  ["nobody has logged in", undefined, /nobody is logged in/],
  ["the login has expired", { accessToken: "hunter2", expiresAt: inMinutes(-1) }, /has expired/],
  [
    "the login cannot be renewed",
    { ...LOGIN, refreshToken: "hunter2", accessToken: "hunter2", expiresAt: inMinutes(-1) },
    /has expired/,
  ],
] as const)
  test(`names the command that logs in when ${name}`, () =>
    withProfiles(
      {
        config: `${SESSION}[profile p]\nsso_session = corp\n${ACCOUNT}`,
        ...(token && cached("corp", token)),
      },
      { "POST /token": () => ({ status: 400, body: '{"error":"invalid_grant"}' }) },
      async ({ keys }) => {
        const said = await keys("p");
        assert.match(said, expected);
        assert.match(said, /hint: run `aws sso login --profile p`/);
        assert.doesNotMatch(said, /hunter2/);
      },
    ));

test("says what SSO refuses, and what a profile of it lacks", () =>
  withProfiles(
    {
      config:
        `${SESSION}[profile p]\nsso_session = corp\n${ACCOUNT}` +
        `[profile lost]\nsso_session = gone\n${ACCOUNT}[profile half]\nsso_session = corp\n`,
      ...cached("corp", { accessToken: "hunter2", expiresAt: inMinutes(60) }),
    },
    portal("good"),
    async ({ keys }) => {
      assert.match(
        await keys("p"),
        /SSO session of AWS profile "p".*401 \(UnauthorizedException\)/,
      );
      assert.match(await keys("p"), /hint: .*aws sso login --profile p/);
      assert.match(await keys("lost"), /there is no \[sso-session gone\]/);
      assert.match(await keys("half"), /SSO needs `sso_account_id`/);
      for (const profile of ["p", "lost", "half"])
        assert.doesNotMatch(await keys(profile), /hunter2/);
    },
  ));
