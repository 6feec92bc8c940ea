import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { render } from "../../../provider/base/errors.ts";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { credentialPlaces, findCredentials } from "../../../provider/login/find-credentials.ts";
import { isGoogle } from "../../../provider/login/google.ts";
import { withCloud } from "../../support/cloud-server.ts";

const HOST = "europe-west1-docker.pkg.dev";

test("knows Google's hosts", () => {
  for (const host of [HOST, "us-docker.pkg.dev", "gcr.io", "eu.gcr.io"])
    assert.ok(isGoogle(host), host);
  for (const host of ["pkg.dev", "gcr.io.evil.example", "evilgcr.io", "npm.pkg.dev", "a.b.gcr.io"])
    assert.ok(!isGoogle(host), host);
});

test("logs in with an access token, or with the whole key of a service account", () =>
  withTempDir(async (HOME) => {
    const key = JSON.stringify({ type: "service_account", private_key: "a key" });
    const GOOGLE_APPLICATION_CREDENTIALS = join(HOME, "key.json");
    await writeFile(GOOGLE_APPLICATION_CREDENTIALS, key);
    const find = async (environment: Record<string, string>) => {
      const found = await findCredentials(HOST, "acme/lix", { HOME, ...environment });
      return found?.kind === "basic" && [found.username, found.password];
    };
    assert.deepEqual(await find({ GOOGLE_APPLICATION_CREDENTIALS }), ["_json_key", key]);
    const GOOGLE_OAUTH_ACCESS_TOKEN = "ya29";
    assert.deepEqual(await find({ GOOGLE_OAUTH_ACCESS_TOKEN, GOOGLE_APPLICATION_CREDENTIALS }), [
      "oauth2accesstoken",
      "ya29",
    ]);
    const DOCKER_AUTH_CONFIG = JSON.stringify({ auths: { [HOST]: { auth: btoa("me:pw") } } });
    assert.deepEqual(await find({ DOCKER_AUTH_CONFIG, GOOGLE_OAUTH_ACCESS_TOKEN }), ["me", "pw"]);
    assert.match(credentialPlaces(HOST, { HOME }).join(), /GOOGLE_APPLICATION_CREDENTIALS/);
  }));

test("asks the machine that it runs on, if that is Google's", () =>
  withCloud(
    {
      "GET /computeMetadata/v1/instance/service-accounts/default/token": ({ request }) =>
        request.headers["metadata-flavor"] === "Google"
          ? { body: '{"access_token":"ya29","expires_in":3599,"token_type":"Bearer"}' }
          : { status: 403, body: "" },
    },
    async (endpoint, HOME) => {
      const GCE_METADATA_HOST = new URL(endpoint).host;
      const found = await findCredentials(HOST, "x", { HOME, GCE_METADATA_HOST });
      assert.ok(found?.kind === "basic" && found.password === "ya29");
      assert.ok((found.expiresAt ?? 0) > Date.now());
    },
  ));

for (const [content, got] of [
  [JSON.stringify({ type: "external_account", secret: "hunter2" }), "external_account"],
  [JSON.stringify({ type: "hunter2 is my password" }), "something else"],
  ["hunter2", "something else"],
  [undefined, "a file that cannot be read"],
] as const)
  test(`says what a key file is instead: ${content ?? "not there"}`, () =>
    withTempDir(async (HOME) => {
      const file = join(HOME, "key.json");
      if (content !== undefined) await writeFile(file, content);
      const environment = { HOME, GOOGLE_APPLICATION_CREDENTIALS: file };
      await assert.rejects(findCredentials(HOST, "x", environment), (error) => {
        assert.ok(render(error).includes(`${file}): expected the key of a service account; got`));
        assert.ok(render(error).includes(got));
        assert.match(render(error), /gcloud auth configure-docker/);
        assert.doesNotMatch(render(error), /hunter2/);
        return true;
      });
    }));
