import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { GENERATED } from "../support/generate.ts";
import { argumentRules, compressionLevels } from "../support/reference/argument-rules.ts";
import { documentedTypes } from "../support/reference/doc-comments.ts";
import { REPOSITORY } from "../support/source-files.ts";

const types = ["sdk/args.ts", "sdk/outputs.ts", "sdk/lix-image.ts"].flatMap(documentedTypes);
const members = (name: string) => types.find((type) => type.name === name)?.members ?? [];

for (const [file, make] of GENERATED)
  test(`${file} is what the code says`, async () => {
    assert.equal(
      readFileSync(join(REPOSITORY, file), "utf8"),
      await make(),
      `${file} is out of date: run \`node_modules/node/bin/node test/support/generate.ts\``,
    );
  });

test("every argument and output has a comment", () => {
  const bare = types.flatMap((type) =>
    type.members.filter(({ comment }) => comment === "").map(({ name }) => `${type.name}.${name}`),
  );
  assert.deepEqual(bare, []);
  assert.ok(members("LixImageInputs").length > 15, "the search finds what is there");
});

test("comments state the schema's defaults", () => {
  for (const [name, { default: value }] of argumentRules()) {
    if (value === undefined) continue;
    const stated = members("LixImageInputs").find((member) => member.name === name)?.default;
    const expected = JSON.stringify(value);
    assert.equal(stated?.replaceAll("`", ""), expected === "[]" ? "none" : expected, name);
  }
  const [gzip, zstd] = compressionLevels().map((line) =>
    / (\d+) to (\d+), default (\d+)/.exec(line),
  );
  const level = members("Compression").find(({ name }) => name === "level");
  assert.equal(
    level?.comment,
    `${gzip?.[1]}..${gzip?.[2]} for gzip, ${zstd?.[1]}..${zstd?.[2]} for zstd.`,
  );
  assert.equal(level.default, `gzip ${gzip?.[3]}, zstd ${zstd?.[3]}`);
});

test("what a LixImage has is what LixImageOutputs says", () => {
  const names = (type: string): string[] =>
    members(type).flatMap(({ name }) => (name === "get" ? [] : name));
  assert.deepEqual(names("LixImage"), names("LixImageOutputs"));
});
