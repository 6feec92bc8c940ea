import assert from "node:assert/strict";
import { test } from "node:test";
import { requireWholeTexts } from "../../../sdk/whole-texts.ts";

const HALF = "cut \ud83d";

test("half of a surrogate pair, which Pulumi's protocol would leave out, is refused with its place", () => {
  for (const [place, args] of [
    ["channelUrl", { channelUrl: HALF }],
    ["config.labels.title", { config: { labels: { title: HALF } } }],
    ["config.cmd[1]", { config: { cmd: ["echo", HALF] } }],
    ['files["/etc/x"].text', { files: { "/etc/x": { text: HALF } } }],
    ['config.labels["\\ud83d"]', { config: { labels: { "\ud83d": "" } } }],
  ] as const)
    assert.throws(
      () => requireWholeTexts(args),
      ({ message }: Error) =>
        message.startsWith(`${place}: expected a text in Unicode; got half of a surrogate pair`),
    );
});

test("a promise fails once it is known", () =>
  assert.rejects(requireWholeTexts({ tag: Promise.resolve(HALF) }).tag, /: tag: expected/));

test("everything else arrives as it was given", async () => {
  const args = { a: ["\u{1f600}", 1, true, null], b: { c: undefined }, d: Promise.resolve("x") };
  const { d, ...rest } = requireWholeTexts(args);
  assert.deepEqual(rest, { a: args.a, b: args.b });
  assert.equal(await d, "x");
});
