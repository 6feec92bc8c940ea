/**
 * A lock is data that a pull request brings: nothing in it decides where a credential goes. Each hostile
 * URL meets each kind of credential that an environment may hold, and the server that it leads to gets none.
 * @module
 */
import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { Bytes } from "../../../provider/base/bytes.ts";
import type { Environment } from "../../../provider/base/environment.ts";
import { render } from "../../../provider/base/errors.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { openSubstituter } from "../../../provider/substituter/open.ts";
import { fetchTarball } from "../../../provider/substituter/tarball-source.ts";

const SECRET = "S3CR3Tv4lue";
const PATH = StorePath.parse("/nix/store/00000000000000000000000000000000-x");

interface Eavesdropper {
  /** `127.0.0.1:41234` */
  readonly host: string;
  /** All that came, of all connections. */
  heard(): string;
}

/** Refuses everything, and hears all of it. */
async function withEavesdropper(use: (server: Eavesdropper) => Promise<void>): Promise<void> {
  const chunks: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      socket.end("HTTP/1.1 403 no\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  await use({
    host: `127.0.0.1:${port}`,
    heard: () => Buffer.concat(chunks).toString("latin1"),
  }).finally(() => server.close());
}

/** What an environment may hold; files are in the home. */
const HOLDERS: Readonly<Record<string, Environment>> = {
  "keys in variables": {
    AWS_ACCESS_KEY_ID: `AKID${SECRET}`,
    AWS_SECRET_ACCESS_KEY: SECRET,
    AWS_SESSION_TOKEN: SECRET,
  },
  "a web identity": {
    AWS_WEB_IDENTITY_TOKEN_FILE: "HOME/jwt",
    AWS_ROLE_ARN: "arn:aws:iam::1:role/r",
  },
  "a profile": { AWS_PROFILE: "mine" },
  "a region": { AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: SECRET, AWS_SECRET_ACCESS_KEY: SECRET },
  "an endpoint elsewhere": {
    AWS_ENDPOINT_URL_S3: "https://minio.example",
    LIX_IMAGE_S3_ENDPOINTS: "r2.example:8443 http://127.0.0.1:1",
    AWS_ACCESS_KEY_ID: SECRET,
    AWS_SECRET_ACCESS_KEY: SECRET,
  },
};

const FILES: Readonly<Record<string, string>> = {
  jwt: SECRET,
  ".aws/credentials": `[mine]\naws_access_key_id = ${SECRET}\naws_secret_access_key = ${SECRET}\n`,
  ".aws/config": "[profile other]\ncredential_process = /bin/sh -c 'touch HOME/was-run'\n",
  // The first `machine` is for a host that no lock of these names.
  netrc: `machine cache.example password ${SECRET}\ndefault login me password ${SECRET}\n`,
};

/** URLs of caches that no lock gets past its reader, or past the opening of the cache. */
const REFUSED = [
  "s3://bkt?region=eu-west-1@HOST/",
  "s3://bkt?region=eu-west-1@HOST%23",
  "s3://bkt?region=HOST/",
  "s3://bkt?region=HOST%23",
  "s3://bkt?region=HOST%3F",
  "s3://bkt?region=HOST%5C",
  "s3://bkt?region=x%20y",
  "s3://bkt?region=x%0d%0ay",
  "s3://bkt?region=eu-west-1.evil.example",
  "s3://bkt?scheme=http://HOST/%3F",
  "s3://bkt?scheme=gopher",
  "s3://bkt?endpoint=me@HOST&scheme=http",
  "s3://bkt?endpoint=HOST/path&scheme=http",
  "s3://bkt?endpoint=ftp://HOST",
  "s3://bkt?endpoint=HOST%23&scheme=http",
  "s3://bkt%2f@HOST?region=eu-west-1",
  "s3://bkt%23?region=eu-west-1",
  "s3://me@bkt?endpoint=HOST&scheme=http",
  "s3://HOST?scheme=http",
  "s3://..?endpoint=HOST&scheme=http",
  "s3://bkt?endpoint=HOST&scheme=http&profile=a%0ab",
];

/** URLs of caches without a user name. */
const ANONYMOUS = [
  "s3://bkt?endpoint=HOST&scheme=http",
  "s3://bkt?endpoint=http://HOST",
  "s3://bkt?endpoint=HOST&scheme=http&profile=mine",
  "s3://bkt?endpoint=HOST&scheme=http&profile=other",
  "s3://bkt?endpoint=HOST&scheme=http&region=eu-west-1",
  "http://HOST",
  "http://HOST/cache?token=x",
];

for (const [name, holder] of Object.entries(HOLDERS))
  test(`no URL of a lock leads ${name} elsewhere`, async (t) => {
    await withTempDir(async (home) => {
      for (const [file, text] of Object.entries(FILES)) {
        await mkdir(join(home, ".aws"), { recursive: true });
        await writeFile(join(home, file), text.replace("HOME", home));
      }
      const environment: Record<string, string | undefined> = {
        HOME: home,
        PATH: process.env["PATH"],
        AWS_EC2_METADATA_DISABLED: "true",
      };
      for (const [variable, value] of Object.entries(holder))
        environment[variable] = value?.replace("HOME", home);
      const before = process.env["NETRC"];
      process.env["NETRC"] = join(home, "netrc");
      t.after(() => {
        if (before === undefined) delete process.env["NETRC"];
        else process.env["NETRC"] = before;
      });
      const ask = async (text: string): Promise<string> => {
        const cache = (): Promise<unknown> =>
          openSubstituter(text, { environment, retryDelayMs: 1 }).narInfo(PATH);
        return await Promise.resolve()
          .then(cache)
          .then(() => "", render);
      };
      await withEavesdropper(async ({ host, heard }) => {
        for (const url of REFUSED) {
          assert.match(await ask(url.replace("HOST", host)), /INVALID_(S3_URL|AWS_REGION)\]/, url);
          assert.equal(heard(), "", url);
        }
        for (const url of ANONYMOUS) await ask(url.replace("HOST", host));
        const tarball = fetchTarball({ url: `http://${host}/a.tar.gz`, retryDelayMs: 1 });
        await assert.rejects(Bytes.collect(tarball, 1));
        const all = heard();
        assert.match(all, /GET \/bkt\/nix-cache-info/);
        assert.match(all, /GET \/a\.tar\.gz/);
        assert.doesNotMatch(all, /authorization|x-amz|S3CR3T/i);
        assert.ok(!all.includes(Buffer.from(`:${SECRET}`).toString("base64").slice(2, -4)));
        assert.ok(!(await readdir(home)).includes("was-run"), "no program of a profile ran");
      });
    });
  });

test("an endpoint gets a signature if the environment names it, too; a refusal says how", async () => {
  const keys = { AWS_ACCESS_KEY_ID: "AKID", AWS_SECRET_ACCESS_KEY: "x", HOME: "/nonexistent" };
  for (const variable of ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "LIX_IMAGE_S3_ENDPOINTS"])
    await withEavesdropper(async ({ host, heard }) => {
      const url = `s3://bkt?endpoint=${host}&scheme=http`;
      const ask = (environment: Environment): Promise<string> =>
        openSubstituter(url, { environment, retryDelayMs: 1 })
          .narInfo(PATH)
          .then(() => "", render);
      assert.match(await ask(keys), new RegExp(`set AWS_ENDPOINT_URL_S3, .* to http://${host}`));
      assert.doesNotMatch(heard(), /AKID/);
      await ask({ ...keys, [variable]: `http://${host}` });
      assert.match(heard(), /Credential=AKID/);
    });
});

test("a profile that only the lock names is not used, and the refusal says so", async () => {
  await withEavesdropper(async ({ host }) => {
    const environment = { HOME: "/nonexistent", AWS_ENDPOINT_URL_S3: `http://${host}` };
    const cache = openSubstituter("s3://bkt?profile=other", { environment, retryDelayMs: 1 });
    await assert.rejects(cache.narInfo(PATH), (error) => {
      assert.match(render(error), /set AWS_PROFILE or LIX_IMAGE_AWS_PROFILES to "other"/);
      return true;
    });
  });
});
