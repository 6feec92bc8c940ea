/** What README.md shows is what happens. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { runCli } from "../support/cli.ts";
import { codeBlocks } from "../support/markdown.ts";
import { REPOSITORY } from "../support/source-files.ts";
import { typeErrors } from "../support/type-check.ts";

const read = (file: string): string => readFileSync(join(REPOSITORY, file), "utf8");
const README = { file: "README.md", text: read("README.md") };
const blocks = codeBlocks(README);

test("README.md has fewer than 200 lines", () => {
  assert.ok(README.text.split("\n").length < 200);
});

test("its first commands are start and test", () => {
  const commands = blocks
    .find(({ language }) => language === "sh")
    ?.code.trim()
    .split("\n");
  assert.deepEqual(
    commands?.map((line) => line.replace(/\s+#.*/, "")),
    ["npm ci && npm start", "npm ci && npm test"],
  );
});

test("its program has no type error, and with a misspelt argument it has one", () => {
  const [program, ...more] = blocks.filter(({ language }) => language === "ts");
  assert.ok(program !== undefined && more.length === 0);
  assert.deepEqual(typeErrors(program.code), []);
  const [error] = typeErrors(program.code.replace("registry:", "registri:"));
  assert.match(error ?? "", /'registri' does not exist in type 'LixImageArgs'/);
});

test("the digests it shows are those of the quickstart", async () => {
  const story = blocks.find(({ code }) => code.startsWith("1. pulumi up"))?.code ?? "";
  const [first, second] = /sha256:(\w{12})… → sha256:(\w{12})…/.exec(story)?.slice(1) ?? [];
  await withTempDir(async (directory) => {
    const digestOf = async (args: Readonly<Record<string, unknown>>): Promise<string> => {
      const lock = join(REPOSITORY, "examples/quickstart/lix-image.lock.json");
      await writeFile(join(directory, "args.json"), JSON.stringify({ lock, ...args }));
      const ran = await runCli(["build", "args.json", "--oci", "image", "--json"], {
        cache: join(directory, "cache"),
        directory,
      });
      assert.equal(ran.code, 0, ran.stderr);
      return (JSON.parse(ran.stdout) as { digest: string }).digest;
    };
    const digest = await digestOf({});
    assert.equal(digest.slice(7, 19), first);
    assert.ok(story.includes(`/lix@${digest}\n`));
    assert.equal((await digestOf({ nixConf: { cores: 4 } })).slice(7, 19), second);
  });
});

test("it counts the deviations right", () => {
  const rows = read("docs/decisions/0001-deviations.md").match(/^\|.*\|$/gm) ?? [];
  // The table's head and the line below it are none.
  const word = ["seven", "eight", "nine", "ten", "eleven", "twelve"][rows.length - 2 - 7];
  assert.ok(README.text.includes(`[${word} deviations](docs/decisions/0001-deviations.md)`));
});
