/** Which keys the real AWS CLI gives for a profile, and what it says if there are none. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { render } from "../../provider/base/errors.ts";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { profileKeys } from "../../provider/login/aws/profile-keys.ts";
import { findPeer, needs } from "../support/peers.ts";

const skip = needs("aws");
const folder = dirname(findPeer("aws") ?? "");

async function keysOf(config: string, profile: string): Promise<string> {
  return await withTempDir(async (home) => {
    const file = join(home, ".aws/config");
    await mkdir(dirname(file));
    await writeFile(file, config);
    const environment = {
      HOME: home,
      PATH: `${folder}:/usr/bin:/bin`,
      AWS_EC2_METADATA_DISABLED: "true",
      // They are for others than a profile that is named.
      AWS_ACCESS_KEY_ID: "ANOTHER",
      AWS_SECRET_ACCESS_KEY: "x",
    };
    return await profileKeys(profile, { region: "eu-west-1", environment }).then(
      (found) => [found?.accessKeyId, found?.secretAccessKey, found?.sessionToken].join(" "),
      render,
    );
  });
}

test("the AWS CLI hands out the keys of a credential_process", { skip }, async () => {
  const printed = '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","SessionToken":"t"}';
  const config = `[profile p]\ncredential_process = /bin/echo '${printed}'\n`;
  assert.equal(await keysOf(config, "p"), "A s t");
});

test("the AWS CLI reports a missing SSO login", { skip }, async () => {
  const said = await keysOf(
    "[profile p]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n" +
      "[sso-session corp]\nsso_start_url = https://corp.example/start\nsso_region = eu-west-1\n",
    "p",
  );
  assert.match(said, /gave no keys: .*Token.* does not exist/);
  assert.match(said, /hint: run `aws sso login --profile p`/);
});

test("the AWS CLI names what a role lacks", { skip }, async () => {
  const said = await keysOf("[profile p]\nrole_arn = arn:aws:iam::1:role/x\n", "p");
  assert.match(said, /gave no keys: .*missing: source_profile or credential_source/);
});

test("the AWS CLI asks for a code and gets none", { skip }, async () => {
  const config =
    "[profile p]\nrole_arn = arn:aws:iam::1:role/x\nmfa_serial = m\nsource_profile = s\n" +
    "[profile s]\naws_access_key_id = A\naws_secret_access_key = b\n";
  assert.match(await keysOf(config, "p"), /wants a code/);
});
