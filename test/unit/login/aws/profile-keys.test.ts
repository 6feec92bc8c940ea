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
      credentials: `[both]\n${written("FILE")}[default]\n${written("DEFAULT")}`,
      config:
        `[profile both]\ncredential_process = false\n${written("CONFIG")}\n` +
        `[profile process]\ncredential_process = /bin/echo '{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"s"}'\n${written("CONFIG")}` +
        `[profile "with space"]\n${written("SPACE")}[profile region]\nregion = eu-west-1\n`,
    },
    {},
    async ({ keys }) => {
      assert.equal(await keys("both"), "FILE a secret ");
      assert.equal(await keys("process"), "PROCESS s ");
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

const assumed = (id: string): string =>
  `<AccessKeyId>${id}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>`;

test("assumes a profile's role with the keys of another, of itself, or of a token", () => {
  const asked: string[] = [];
  return withProfiles(
    {
      credentials: `[base]\n${written("BASE")}[self]\n${written("SELF")}`,
      config:
        `[profile role]\nrole_arn = arn:role\nsource_profile = base\nexternal_id = x1\nregion = us-east-2\n` +
        `[profile chain]\nrole_arn = arn:chain\nsource_profile = role\n` +
        `[profile self]\nrole_arn = arn:self\nsource_profile = self\n` +
        `[profile web]\nrole_arn = arn:web\nweb_identity_token_file = JWT\n`,
      jwt: "a.jwt\n",
    },
    {
      "POST /": ({ request, body }) => {
        const form = new URLSearchParams(body);
        const by = /Credential=(\w+)\/\d+\/([\w-]+)\/sts/.exec(request.headers.authorization ?? "");
        const from = form.get("WebIdentityToken") ?? `${by?.[1]} in ${by?.[2]}`;
        asked.push(`${form.get("RoleArn")} ${form.get("ExternalId") ?? ""} by ${from}`);
        return { body: assumed(`OF-${form.get("RoleArn")?.slice(4)}`.replace("-", "")) };
      },
    },
    async ({ home, keys }) => {
      const config = join(home, ".aws/config");
      const text = await readFile(config, "utf8");
      await writeFile(config, text.replace("JWT", join(home, ".aws/jwt")));
      assert.equal(await keys("role"), "OFrole s t");
      assert.equal(await keys("chain"), "OFchain s t");
      assert.equal(await keys("self"), "OFself s t");
      assert.equal(await keys("web"), "OFweb s t");
      assert.deepEqual(asked, [
        "arn:role x1 by BASE in us-east-2",
        "arn:role x1 by BASE in us-east-2",
        "arn:chain  by OFrole in eu-west-1",
        "arn:self  by SELF in eu-west-1",
        "arn:web  by a.jwt",
      ]);
    },
  );
});

test("names what a profile asks for and cannot have", () =>
  withProfiles(
    {
      config:
        `[profile mfa]\nrole_arn = a\nmfa_serial = b\nsource_profile = x\n` +
        `[profile login]\nlogin_session = arn:aws:iam::1:user/me\n` +
        `[profile a]\nrole_arn = a\nsource_profile = b\n[profile b]\nrole_arn = b\nsource_profile = a\n` +
        `[profile lonely]\nrole_arn = a\n[profile gone]\nrole_arn = a\nsource_profile = nobody\n` +
        `[profile place]\nrole_arn = a\ncredential_source = Moon\n`,
    },
    {},
    async ({ keys }) => {
      for (const [profile, expected] of [
        ["mfa", /`mfa_serial`.*not supported/],
        ["login", /`login_session`.*not supported/],
        ["a", /it is its own source: a, b, a/],
        ["lonely", /`role_arn` needs `source_profile`/],
        ["gone", /`source_profile = nobody` has no keys/],
        ["place", /`credential_source` is none that AWS knows/],
      ] as const) {
        const said = await keys(profile);
        assert.match(said, expected);
        assert.match(said, /AWS profile "\w+": .*\[AWS_PROFILE_UNUSABLE\]/);
      }
    },
  ));
