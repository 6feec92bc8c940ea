/** A password that somebody writes into an argument is not shown, whatever else is wrong with it. @module */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { withWorkshop } from "../../support/workshop.ts";

const URLS = [
  "https://user:s3/cret@h",
  "HTTPS://u:s3cret@h",
  "https://s3cret@h",
  "//u:s3cret@h",
  "user:s3cret@h",
  "user:s3@cret@h/acme",
  "https://u:s3 cret@h",
  'https://u:s3"cret@h',
  "https://h/acme?private_token=s3cret",
  "http:\\\\u:s3cret@h",
];

test("no password in an argument is shown", async () => {
  await withWorkshop({}, async ({ cache, world }) => {
    const session = new ResourceSession(cache);
    for (const url of URLS)
      for (const args of [
        { registry: url },
        { repository: url },
        { registry: "localhost:5000/acme", mirrors: [url] },
        { registry: "localhost:5000/acme", tag: url },
        // A path and a key are shown without quotes.
        { registry: "localhost:5000/acme", lock: url.replace(/[ "]/, "") },
        { registry: "localhost:5000/acme", channelUrl: url, [url.replace(/[ "]/, "")]: 1 },
      ]) {
        const news = { lock: world.lockFile, __dryRun: true, ...args };
        const { failures } = await check(session, {}, news);
        const text = failures.map(({ reason }) => reason).join("\n");
        assert.notEqual(text, "", JSON.stringify(args));
        assert.doesNotMatch(text, /s3|cret@/, JSON.stringify(args));
      }
  });
});
