import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import type { NarInfo } from "../../../provider/formats/nix/narinfo.ts";
import { openSubstituter } from "../../../provider/substituter/open.ts";
import type { Substituter } from "../../../provider/substituter/substituter.ts";
import { addPath } from "../../support/cache-server.ts";
import { hasCode } from "../../support/has-code.ts";
import { S3_KEYS, startS3, type S3Server } from "../../support/s3.ts";
import { narOf } from "../../support/read-nar.ts";

const NAR = Buffer.from("\x0d\0\0\0\0\0\0\0nix-archive-1, more or less", "latin1");
const REGION = "eu-test-1";
const KEYS = {
  AWS_ACCESS_KEY_ID: S3_KEYS.id,
  AWS_SECRET_ACCESS_KEY: S3_KEYS.secret,
  AWS_SESSION_TOKEN: S3_KEYS.token,
};
const NOBODY = { AWS_EC2_METADATA_DISABLED: "true", HOME: "/nonexistent" };

interface Bucket extends S3Server {
  readonly info: NarInfo;
  readonly url: string;
}

async function bucket(t: TestContext, prefix = ""): Promise<Bucket> {
  const server = await startS3(REGION);
  t.after(() => server.close());
  const files = new Map<string, Uint8Array>([
    ["nix-cache-info", Buffer.from("StoreDir: /nix/store\n")],
  ]);
  const info = addPath(files, NAR, { url: "nar/a b+c=~.nar" });
  for (const [key, file] of files) server.files.set(`my-bucket/${prefix}${key}`, file);
  const url = `s3://my-bucket/${prefix}?scheme=http&region=${REGION}&endpoint=${server.endpoint}`;
  return Object.assign(server, { info, url });
}

/** With an environment that names the endpoint, else it would get no keys. */
function open(url: string, environment: Readonly<Record<string, string>>): Substituter {
  const endpoint = new URL(url).searchParams.get("endpoint") ?? "127.0.0.1";
  const trusting = { LIX_IMAGE_S3_ENDPOINTS: `https://other.example, http://${endpoint}` };
  return openSubstituter(url, { retryDelayMs: 1, environment: { ...trusting, ...environment } });
}

for (const prefix of ["", "deep/er/"])
  test(`reads a private bucket by signed requests${prefix && ", below a prefix too"}`, async (t) => {
    const { url, info, log } = await bucket(t, prefix);
    const cache = open(url, { ...NOBODY, ...KEYS });
    assert.equal(cache.url, `s3://my-bucket/${prefix}`.replace(/\/$/, ""));
    assert.deepEqual(await cache.narInfo(info.storePath), info);
    assert.ok(NAR.equals(await narOf(cache, info)));
    assert.ok(log.length === 3 && log.every(({ signed }) => signed));
  });

test("a public bucket is read without keys", async (t) => {
  const server = await bucket(t);
  server.public = true;
  const cache = open(server.url, NOBODY);
  assert.deepEqual(await cache.narInfo(server.info.storePath), server.info);
  assert.ok(server.log.every(({ signed }) => !signed));
});

test("AccessDenied for a narinfo means that the path is missing", async (t) => {
  const { url, info, files } = await bucket(t);
  files.delete(`my-bucket/${info.storePath.slice(11, 43)}.narinfo`);
  assert.equal(await open(url, { ...NOBODY, ...KEYS }).narInfo(info.storePath), undefined);
});

for (const [what, environment, change, message, hint] of [
  ["there are no keys", NOBODY, "", /got AccessDenied/, /no AWS credentials were found/],
  [
    "the keys are wrong",
    { ...NOBODY, ...KEYS, AWS_SECRET_ACCESS_KEY: "other" },
    "",
    /nix-cache-info: expected the file; got SignatureDoesNotMatch/,
    /from AWS_ACCESS_KEY_ID; they need s3:GetObject/,
  ],
  [
    "the region is wrong",
    { ...NOBODY, ...KEYS },
    "us-east-1",
    /got AuthorizationHeaderMalformed/,
    /write s3:\/\/…\?region=eu-test-1/,
  ],
] as const)
  test(`when ${what} the error says so`, async (t) => {
    const { url, info } = await bucket(t);
    const cache = open(url.replace(REGION, change || REGION), environment);
    await assert.rejects(cache.narInfo(info.storePath), (error) => {
      assert.ok(hasCode(error, "S3_DENIED"));
      assert.match(error.message, message);
      assert.match(error.hint ?? "", hint);
      return true;
    });
  });

test("a profile in the URL takes precedence over the keys of the environment", async (t) => {
  const { url, info } = await bucket(t);
  await withTempDir(async (home) => {
    await mkdir(join(home, ".aws"));
    await writeFile(
      join(home, ".aws/credentials"),
      `[ci]\naws_access_key_id = ${S3_KEYS.id}\naws_secret_access_key = ${S3_KEYS.secret}\n` +
        `aws_session_token = ${S3_KEYS.token}\n`,
    );
    const environment = {
      HOME: home,
      LIX_IMAGE_AWS_PROFILES: "ci cd",
      AWS_ACCESS_KEY_ID: "x",
      AWS_SECRET_ACCESS_KEY: "x",
    };
    assert.deepEqual(await open(`${url}&profile=ci`, environment).narInfo(info.storePath), info);
    const other = open(`${url}&profile=cd`, environment);
    await assert.rejects(other.narInfo(info.storePath), { code: "NO_SUCH_AWS_PROFILE" });
  });
});

test("an endpoint that makes no URL is refused", () => {
  for (const url of ["s3://bkt?endpoint=:x", "s3://bkt?scheme=ftp", "s3://?region=x"])
    assert.throws(
      () => openSubstituter(url, { environment: NOBODY }),
      { code: "INVALID_S3_URL" },
      url,
    );
});
