import assert from "node:assert/strict";
import { test } from "node:test";
import type { LixImageError } from "../../../provider/base/errors.ts";
import { readInputs } from "../../../provider/arguments/parse-arguments.ts";

const mistakesOf = (given: object): string[] =>
  readInputs(given).mistakes.map((each) => (each as LixImageError).message);

test("half of a surrogate pair is refused in every argument that takes text, at any depth", () => {
  const half = "cut \ud83d";
  const refused = (path: string) =>
    `${path}: expected a text in Unicode; got half of a surrogate pair`;
  for (const [path, given] of [
    ["channelUrl", { channelUrl: half }],
    ["lixRevision", { lixRevision: half }],
    ["config.labels.title", { config: { labels: { title: half } } }],
    ["config.env.A", { config: { env: { A: half } } }],
    ["config.env.A.prepend", { config: { env: { A: { prepend: half } } } }],
    ["config.cmd[1]", { config: { cmd: ["echo", half] } }],
    ["annotations.a", { annotations: { a: half } }],
    ["nixConf.cores", { nixConf: { cores: half } }],
    ["nixConf.cores[0]", { nixConf: { cores: [half] } }],
    ['files["/etc/x"].text', { files: { "/etc/x": { text: half } } }],
    ['files["/etc/x"].target', { files: { "/etc/x": { target: half } } }],
    ["user.home", { user: { name: "lix", uid: 1, home: "/\udc00" } }],
  ] as const)
    assert.deepEqual(mistakesOf(given), [refused(path)]);
});

test("a key that is half of a surrogate pair is refused, and shown as an escape", () => {
  assert.deepEqual(mistakesOf({ config: { labels: { "\ud83d": "x" } } }), [
    'config.labels["\\ud83d"]: expected a key in Unicode; got half of a surrogate pair',
  ]);
  assert.match(mistakesOf({ files: { "/etc/\udc00": { text: "" } } }).join(), /"\/etc\/\\udc00"/);
});

test("whole pairs and U+FFFD are text like any other", () => {
  const text = "a \u{1f600} \ufffd";
  assert.deepEqual(
    mistakesOf({ config: { labels: { title: text } }, annotations: { [text]: text } }),
    [],
  );
});
