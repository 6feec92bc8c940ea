import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { findAwsKeys } from "../../../../provider/login/aws/find-keys.ts";
import { render } from "../../../../provider/base/errors.ts";
import { withProfiles } from "../../../support/aws-profiles.ts";

const written = (id: string): string =>
  `aws_access_key_id = ${id}\naws_secret_access_key = a secret\n`;

test("takes the ways of a profile in the order of the AWS CLI", () =>
  withProfiles(
    {
      credentials:
        `[both]\n${written("FILE")}[default]\n${written("DEFAULT")}` +
        `[role]\nrole_arn = a\n${written("ROLE")}[sso]\n${written("SSO")}`,
      config:
        `[profile both]\ncredential_process = false\n${written("CONFIG")}\n` +
        `[profile process]\ncredential_process = x\n${written("CONFIG")}` +
        `[profile sso]\nsso_start_url = x\n` +
        `[profile "with space"]\n${written("SPACE")}[profile region]\nregion = eu-west-1\n`,
      aws: 'echo "{\\"Version\\":1,\\"AccessKeyId\\":\\"CLI-$4\\",\\"SecretAccessKey\\":\\"s\\"}"',
    },
    {},
    async ({ keys }) => {
      assert.equal(await keys("both"), "FILE a secret ");
      assert.equal(await keys("process"), "CLI-process s ");
      assert.equal(await keys("role"), "CLI-role s ");
      assert.equal(await keys("sso"), "CLI-sso s ");
      assert.equal(await keys("with space"), "SPACE a secret ");
      assert.equal(await keys("default"), "DEFAULT a secret ");
      assert.equal(await keys("region"), "  ");
      assert.equal(await keys("not there"), "  ");
    },
  ));

test("a profile that is asked for by name must be there", () =>
  withProfiles({ config: "[profile here]\nregion = x\n" }, {}, async ({ home }) => {
    const environment = { HOME: home, AWS_EC2_METADATA_DISABLED: "true" };
    assert.equal(await findAwsKeys("x", { ...environment, AWS_PROFILE: "here" }), undefined);
    await assert.rejects(findAwsKeys("x", { ...environment, AWS_PROFILE: "gone" }), (error) => {
      assert.match(render(error), /AWS profile "gone": AWS_PROFILE names it/);
      assert.match(render(error), /\[AWS_PROFILE_UNUSABLE\]/);
      return true;
    });
  }));

test("exchanges the web identity of a profile without the AWS CLI", () => {
  const asked: string[] = [];
  return withProfiles(
    {
      config: `[profile web]\nrole_arn = arn:web\nweb_identity_token_file = JWT\n`,
      jwt: "a.jwt\n",
    },
    {
      "POST /": ({ body }) => {
        const form = new URLSearchParams(body);
        asked.push(`${form.get("RoleArn")} by ${form.get("WebIdentityToken")}`);
        return {
          body: "<AccessKeyId>WEB</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>",
        };
      },
    },
    async ({ home, keys }) => {
      const config = join(home, ".aws/config");
      const text = await readFile(config, "utf8");
      await writeFile(config, text.replace("JWT", join(home, ".aws/jwt")));
      assert.equal(await keys("web"), "WEB s t");
      assert.deepEqual(asked, ["arn:web by a.jwt"]);
    },
  );
});
