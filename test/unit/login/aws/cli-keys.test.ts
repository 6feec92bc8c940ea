/** Keys from the AWS CLI, played by a script; test/peers/aws-cli.test.ts has the real one. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { withProfiles } from "../../../support/aws-profiles.ts";

const SSO = "[profile p]\nsso_session = corp\n";

test("asks the AWS CLI for a profile's keys, once for many at a time", () =>
  withProfiles(
    {
      config: SSO,
      aws:
        'echo "$@" >> $HOME/runs; sleep 0.2\n' +
        `echo '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","SessionToken":"t","Expiration":"2030-01-01T00:00:00Z"}'`,
    },
    {},
    async ({ home, keys }) => {
      const found = await Promise.all([keys("p"), keys("p"), keys("p")]);
      assert.deepEqual(new Set(found), new Set(["A s t"]));
      const runs = await readFile(join(home, "runs"), "utf8");
      assert.equal(runs, "configure export-credentials --profile p --format process\n");
    },
  ));

test("a role is assumed in the region of the environment, the profile or its own partition", () =>
  withProfiles(
    {
      config:
        "[profile here]\nrole_arn = arn:aws:iam::1:role/x\n" +
        "[profile china]\nrole_arn = arn:aws-cn:iam::1:role/x\n" +
        "[profile own]\nrole_arn = arn:aws:iam::1:role/x\nregion = us-east-2\n",
      aws: `echo '{"Version":1,"AccessKeyId":"'"in $AWS_DEFAULT_REGION"'","SecretAccessKey":"s"}'`,
    },
    {},
    async ({ keys }) => {
      assert.equal(await keys("here"), "in eu-west-1 s ");
      assert.equal(await keys("china"), "in cn-north-1 s ");
      // The AWS CLI reads it in the profile.
      assert.equal(await keys("own"), "in  s ");
    },
  ));

test("names the AWS CLI where it is needed and missing", () =>
  withProfiles({ config: SSO }, {}, async ({ keys }) => {
    const said = await keys("p");
    assert.match(said, /AWS profile "p": only the AWS CLI can get its keys.*no `aws` on PATH/);
    assert.match(
      said,
      /hint: install the AWS CLI, version 2\.9 or newer, or set AWS_ACCESS_KEY_ID/,
    );
    assert.match(said, /\[AWS_PROFILE_UNUSABLE\]/);
  }));

for (const [name, profile, script, reason, hint] of [
  [
    "the login is over",
    "sso_session = corp",
    "echo; echo 'Error loading SSO Token: Token for corp does not exist' >&2; exit 255",
    /gave no keys: Error loading SSO Token: Token for corp does not exist/,
    /run `aws sso login --profile p`/,
  ],
  [
    "the login of `aws login` is over",
    "login_session = arn:aws:iam::1:user/me",
    "echo 'Your session has expired' >&2; exit 255",
    /gave no keys: Your session has expired/,
    /run `aws login --profile p`/,
  ],
  [
    "a code is needed",
    "role_arn = a\nmfa_serial = b\nsource_profile = c",
    "echo 'Enter MFA code for hunter2:' >&2; exit 255",
    /gave no keys \[/,
    /`mfa_serial`.*run `aws sts get-caller-identity --profile p` first/,
  ],
  [
    "a credential_process fails",
    "credential_process = sh -c 'echo hunter2'",
    "echo 'Unable to retrieve credentials: hunter2' >&2; exit 253",
    /gave no keys \[/,
    /`aws configure export-credentials --profile p` says why/,
  ],
  [
    "the credential_process of its source fails",
    "role_arn = a\nsource_profile = b",
    "echo 'Error when retrieving credentials from custom-process: hunter2' >&2; exit 253",
    /gave no keys \[/,
    /export-credentials/,
  ],
  [
    "the AWS CLI is an old one",
    "sso_session = corp",
    "echo 'aws: error: argument subcommand: Invalid choice, valid choices are:' >&2; exit 252",
    /gave no keys \[/,
    /version 2\.9 or newer/,
  ],
  [
    "the AWS CLI prints something else",
    "sso_session = corp",
    `echo '{"Version":2,"AccessKeyId":"hunter2"}'`,
    /printed something else than keys/,
    /version 2\.9 or newer/,
  ],
] as const)
  test(`says what to do when ${name}`, () =>
    withProfiles({ config: `[profile p]\n${profile}\n`, aws: script }, {}, async ({ keys }) => {
      const said = await keys("p");
      assert.match(said, reason);
      assert.match(said, hint);
      assert.match(said, /\[AWS_PROFILE_UNUSABLE\]/);
      assert.doesNotMatch(said, /hunter2/);
    }));
