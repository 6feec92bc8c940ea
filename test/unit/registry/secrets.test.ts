/**
 * No credential is shown: wherever it is kept, and however the servers that get it behave, neither an
 * error nor a line of the log has it in any spelling.
 * @module
 */
import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { dirname, join } from "node:path";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Environment } from "../../../provider/base/environment.ts";
import { render } from "../../../provider/base/errors.ts";
import { withLog } from "../../../provider/base/log.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { RegistryClient } from "../../../provider/registry/client.ts";
import { findCredentials } from "../../../provider/login/find-credentials.ts";
import { listenOnLoopback } from "../../support/loopback.ts";
import { blobOf } from "../../support/sample-image.ts";

const HOST = "r.example";
const ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const GOOGLE = "europe-docker.pkg.dev";

/** Something on this machine that holds a secret, well or badly. */
interface Source {
  /** The host of the registry; default: r.example. */
  readonly host?: string;
  readonly environment?: Environment;
  /** In the home, by path. */
  readonly files?: Readonly<Record<string, string>>;
}

const config = (entry: object, more: object = {}): Source => ({
  files: { ".docker/config.json": JSON.stringify({ auths: { [HOST]: entry }, ...more }) },
});
const helper = (script: string): Source => ({
  files: {
    ".docker/config.json": '{"credsStore": "x"}',
    "bin/docker-credential-x": `#!/bin/sh\n${script}\n`,
  },
});
const awsConfig = (text: string, files: Record<string, string> = {}): Source => ({
  host: ECR,
  files: { ".aws/config": text, ...files },
});
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
/** A profile whose keys only the AWS CLI can get, and a script in its place. */
const awsCli = (script: string, profile = "sso_session = x"): Source =>
  awsConfig(`[default]\n${profile}\n`, { "bin/aws": `#!/bin/sh\n${script}\n` });
const printed = (secret: string): string =>
  `echo ${quoted(JSON.stringify({ Version: 1, AccessKeyId: "AKID", SecretAccessKey: secret, SessionToken: secret }))}`;
const keys = (secret: string): string =>
  `aws_access_key_id = AKID\naws_secret_access_key = ${secret}\naws_session_token = ${secret}\n`;
const SOURCES: Readonly<Record<string, (secret: string) => Source>> = {
  "a password": (secret) => config({ auth: Buffer.from(`me:${secret}`).toString("base64") }),
  "a password without a user": (secret) =>
    config({ auth: Buffer.from(secret.replaceAll(":", "")).toString("base64") }),
  "a plain password": (secret) => config({ username: "me", password: secret }),
  "an identity token": (secret) => config({ identitytoken: secret }),
  "a registry token": (secret) => config({ registrytoken: secret }),
  "a header": (secret) => config({}, { HttpHeaders: { "X-Meta-Key": secret } }),
  "a header with a line end": (secret) =>
    config({}, { HttpHeaders: { "X-Meta-K": `${secret}\n` } }),
  "a config of another shape": (secret) => config({ password: [secret] }),
  "a config that is not JSON": (secret) => ({
    files: { ".docker/config.json": `{"a": ${secret}` },
  }),
  "a variable": (secret) => ({
    environment: { DOCKER_AUTH_CONFIG: `{"auths": {"${HOST}": ${JSON.stringify(secret)}` },
  }),
  "a helper": (secret) =>
    helper(`echo ${quoted(JSON.stringify({ Username: "me", Secret: secret }))}`),
  "a helper with a token": (secret) =>
    helper(`echo ${quoted(JSON.stringify({ Username: "<token>", Secret: secret }))}`),
  "a helper that fails after its answer": (secret) =>
    helper(
      `echo ${quoted(JSON.stringify({ Secret: secret }))}; echo ${quoted(secret)} >&2; exit 1`,
    ),
  "a helper with an answer of another shape": (secret) => helper(`echo ${quoted(secret)}`),
  GITHUB_TOKEN: (secret) => ({ host: "ghcr.io", environment: { GITHUB_TOKEN: secret } }),
  "an access token of Google": (secret) => ({
    host: GOOGLE,
    environment: { GOOGLE_OAUTH_ACCESS_TOKEN: secret },
  }),
  "a key of Google": (secret) => ({
    host: GOOGLE,
    environment: { GOOGLE_APPLICATION_CREDENTIALS: "HOME/key.json" },
    files: { "key.json": JSON.stringify({ type: "service_account", private_key: secret }) },
  }),
  "a key of Google of another shape": (secret) => ({
    host: GOOGLE,
    environment: { GOOGLE_APPLICATION_CREDENTIALS: "HOME/key.json" },
    files: { "key.json": `{"type": "service_account", ${secret}` },
  }),
  "keys of AWS": (secret) => ({
    host: ECR,
    environment: {
      AWS_ACCESS_KEY_ID: "AKID",
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_SESSION_TOKEN: secret,
    },
  }),
  "a web identity": (secret) => ({
    host: ECR,
    environment: { AWS_WEB_IDENTITY_TOKEN_FILE: "HOME/jwt", AWS_ROLE_ARN: "arn:role" },
    files: { jwt: secret },
  }),
  "a container's role": (secret) => ({
    host: ECR,
    environment: {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: "CLOUD/keys",
      AWS_CONTAINER_AUTHORIZATION_TOKEN: secret,
    },
  }),
  "keys in a profile": (secret) => awsConfig(`[default]\n${keys(secret)}`),
  "keys by the AWS CLI": (secret) => awsCli(printed(secret)),
  "keys of an AWS CLI that fails": (secret) => awsCli(`${printed(secret)}; exit 1`),
  "an answer of another shape by the AWS CLI": (secret) => awsCli(`echo ${quoted(secret)}`),
  "a credential_process that fails": (secret) =>
    awsCli(`echo ${quoted(secret)} >&2; exit 253`, `credential_process = x ${quoted(secret)}`),
  "a credential_process that fails behind another profile": (secret) =>
    awsCli(`echo Error from custom-process: ${quoted(secret)} >&2; exit 253`),
};

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const says =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    void response.writeHead(status, headers).end(body);
/** Wants a login first, and then answers as given. */
const gate =
  (scheme: string, then: Answer): Answer =>
  (request, response) => {
    if (request.headers.authorization !== undefined) then(request, response);
    else says(401, "{}", { "www-authenticate": scheme })(request, response);
  };
/** Its token service does the given. */
const bearer =
  (then: Answer): Answer =>
  (request, response) => {
    const isToken = request.url?.startsWith("/token") ?? false;
    (isToken ? then : gate('Bearer realm="/token"', says(403, "{}")))(request, response);
  };
const cut: Answer = (request) => void request.socket.destroy();

/** Everything that came, in every field that may be shown. */
const echo =
  (status: number): Answer =>
  (request, response) => {
    const { authorization = "" } = request.headers;
    const pair = Buffer.from(authorization.replace(/^\w+ /, ""), "base64").toString("utf8");
    const said = JSON.stringify({ ...request.headers, url: request.url, pair });
    const errors = [{ code: said, message: said, detail: said }];
    const body = JSON.stringify({ errors, message: said, detail: said, __type: said });
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  };

const REGISTRIES: Readonly<Record<string, Answer>> = {
  "echoes what it was sent": gate("Basic", echo(403)),
  "echoes a token": bearer(gate("Basic", says(200, '{"token":"t"}'))),
  "has a token service that echoes": bearer(echo(400)),
  "wants another password": says(401, "{}", { "www-authenticate": "Basic" }),
  forbids: gate("Basic", says(403, '{"errors":[{"code":"DENIED","message":"no"}]}')),
  fails: gate("Basic", says(500, "")),
  "hangs up": gate("Basic", cut),
  "is a web page": gate("Basic", says(200, "<html>", { "content-type": "text/html" })),
  "redirects to nowhere": gate("Basic", says(307, "", { location: "http://127.0.0.1:1/" })),
  "redirects to a file": gate("Basic", says(307, "", { location: "file:///etc/passwd" })),
  "refuses a token": bearer(says(401, "{}")),
  "has no token": bearer(says(200, "{}")),
  "has tokens that are good for nothing": bearer(says(200, '{"token":"x"}')),
  "has a token service that fails": bearer(says(500, "")),
  "has a token service that hangs up": bearer(cut),
  "has its token service at no address": says(401, "{}", {
    "www-authenticate": 'Bearer realm="x:"',
  }),
};

// What is tried again, at its leisure, is left out: the same error ends it.
const CLOUDS: Readonly<Record<string, Answer>> = {
  echoes: echo(400),
  refuses: says(400, '{"__type":"com.amazon#AccessDeniedException"}'),
  "is not what it should be": says(200, "<html>"),
  "redirects to a file": says(307, "", { location: "file:///etc/passwd" }),
};

async function serve<T>(answer: Answer, use: (url: string) => Promise<T>): Promise<T> {
  const { url, close } = await listenOnLoopback(createServer(answer));
  return await use(url).finally(close);
}

/** All that is shown while a client with this source reads from and pushes to such a registry. */
async function shownBy(source: Source, registry: Answer, cloud: Answer): Promise<string> {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  await withLog({ progress: write, warn: write, info: write }, () =>
    withTempDir(async (home) => {
      for (const [name, text] of Object.entries(source.files ?? {})) {
        const path = join(home, name);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, text);
        if (text.startsWith("#!")) await chmod(path, 0o755);
      }
      await serve(cloud, (cloudUrl) =>
        serve(registry, async (url) => {
          const environment: Record<string, string | undefined> = {
            HOME: home,
            PATH: `${join(home, "bin")}:/usr/bin:/bin`,
            AWS_ENDPOINT_URL: cloudUrl,
            AWS_EC2_METADATA_DISABLED: "true",
          };
          for (const [name, value] of Object.entries(source.environment ?? {}))
            environment[name] = value?.replace("HOME", home).replace("CLOUD", cloudUrl);
          const client = new RegistryClient(
            { host: new URL(url).host, name: "acme/lix", plainHttp: true },
            {
              environment,
              retryDelayMs: 1,
              credentials: (_, name) => findCredentials(source.host ?? HOST, name, environment),
            },
          );
          const failed = (error: unknown): void => write(render(error));
          await client.headManifest("v1").then(() => {}, failed);
          await client.pushBlob(blobOf(Buffer.from("x"))).then(() => {}, failed);
        }),
      );
    }),
  );
  return lines.join("\n");
}

// Found in any text, and in any part of it that begins where the secret does.
const MARK = "S3CR3T";
const secrets = fc
  .string({ unit: fc.constantFrom(..."aZ09+/=:%&'\"\\<>$é"), minLength: 6, maxLength: 30 })
  .map((rest) => MARK + rest);
const spellings = (secret: string): string[] => [
  MARK,
  ...["", "me:", ":", "oauth2accesstoken:"].map((user) =>
    Buffer.from(user + secret)
      .toString("base64")
      .slice(0, 16),
  ),
];

for (const [name, sourceOf] of Object.entries(SOURCES))
  test(`shows nothing of ${name}`, () =>
    fc.assert(
      fc.asyncProperty(
        secrets,
        fc.constantFrom(...Object.keys(REGISTRIES)),
        fc.constantFrom(...Object.keys(CLOUDS)),
        async (secret, registry, cloud) => {
          const [how, where] = [REGISTRIES[registry], CLOUDS[cloud]];
          assert.ok(how && where);
          const text = await shownBy(sourceOf(secret), how, where);
          assert.notEqual(text, "", "something fails, and says so");
          for (const spelling of spellings(secret)) assert.ok(!text.includes(spelling), text);
        },
      ),
      { numRuns: 10 },
    ));
