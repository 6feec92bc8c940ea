import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { splitCommand } from "../../../../provider/login/aws/credential-process.ts";
import { withProfiles } from "../../../support/aws-profiles.ts";

test("runs a credential_process without a shell, once for many at a time", () =>
  withProfiles({}, {}, async ({ home, keys }) => {
    const script = join(home, "my keys");
    await writeFile(
      script,
      `echo run >> '${home}/runs'; sleep 0.2\n` +
        'echo "{\\"Version\\":1,\\"AccessKeyId\\":\\"$1+$2\\",\\"SecretAccessKey\\":\\"s\\",\\"SessionToken\\":\\"t\\"}"',
    );
    await mkdir(join(home, ".aws"));
    const command = `sh '${script}' "a b" 'c;d'`;
    await writeFile(join(home, ".aws/config"), `[profile p]\ncredential_process = ${command}\n`);
    const found = await Promise.all([keys("p"), keys("p"), keys("p")]);
    assert.deepEqual(new Set(found), new Set(["a b+c;d s t"]));
    assert.equal(await readFile(join(home, "runs"), "utf8"), "run\n");
  }));

test("a command is split as a shell splits it, and nothing in it is expanded", () => {
  for (const [command, words] of [
    ["a  b\tc", ["a", "b", "c"]],
    [`a "b c" 'd "e'`, ["a", "b c", `d "e`]],
    [`a\\ b "c\\"d" 'e\\'`, ["a b", `c"d`, "e\\"]],
    [`--x="y z"w ''`, ["--x=y zw", ""]],
    ["a $HOME `b` ; c", ["a", "$HOME", "`b`", ";", "c"]],
    ["", []],
  ] as const)
    assert.deepEqual(splitCommand(command, "linux"), words, command);
  assert.deepEqual(splitCommand(String.raw`"C:\my keys\a.exe" C:\b`, "win32"), [
    String.raw`C:\my keys\a.exe`,
    String.raw`C:\b`,
  ]);
});

for (const [name, command, expected] of [
  ["fails", "sh -c 'echo hunter2; echo hunter2 >&2; exit 3'", /ended with exit code 3/],
  ["prints something else", "echo hunter2", /printed something else than keys/],
  ["has another version", `echo '{"Version":2,"AccessKeyId":"hunter2"}'`, /something else than/],
  ["is not there", "/nowhere/hunter2 hunter2", /could not be started/],
] as const)
  test(`says that a credential_process ${name}, and nothing that it said`, () =>
    withProfiles(
      { config: `[profile p]\ncredential_process = ${command}\n` },
      {},
      async (world) => {
        const said = await world.keys("p");
        assert.match(said, expected);
        assert.match(said, /\[AWS_PROFILE_UNUSABLE\]/);
        assert.doesNotMatch(said, /hunter2/);
      },
    ));
