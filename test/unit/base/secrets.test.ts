/** Credentials in use are hidden in all that is shown, in each spelling that servers give back. @module */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { LixImageError, render } from "../../../provider/base/errors.ts";
import { http } from "../../../provider/http/request.ts";
import { log, withLog } from "../../../provider/base/log.ts";
import { printableJson, printableLines } from "../../../provider/base/printable.ts";
import { Secrets } from "../../../provider/base/secrets.ts";
import { listenOnLoopback } from "../../support/loopback.ts";

class Trouble extends LixImageError {
  readonly code = "TROUBLE";
}

const spellingsOf = (secret: string): string[] => [
  secret,
  Buffer.from(secret).toString("base64"),
  Buffer.from(secret).toString("base64url"),
  encodeURIComponent(secret),
  new URLSearchParams({ a: secret }).toString().slice(2),
  JSON.stringify(secret).slice(1, -1),
];

test("a secret is hidden in every spelling, wherever text is shown", () => {
  const secret = 'hunter2 "?/+~\\é';
  Secrets.remember(secret);
  const shown: string[] = [];
  const write = (line: string): void => void shown.push(line);
  const sink = { progress: write, warn: write, info: write };
  for (const spelling of spellingsOf(secret)) {
    const said = `he said ${spelling}!`;
    withLog(sink, () => {
      log.warn(said);
      log.info([said, said]);
      log.progress(said);
    });
    shown.push(render(new Trouble(said, { hint: said, cause: new Error(said, { cause: said }) })));
    shown.push(render(new Error(said)), printableLines(said));
    shown.push(printableJson({ [said]: [said, { deep: said }] }));
    for (const text of shown) assert.ok(!text.includes("hunter2"), text);
    for (const text of shown) assert.ok(!text.includes(spelling), text);
  }
  assert.equal(printableLines(`he said ${secret}!`), "he said ***!");
});

test("an error hides a secret that became known only after it was made", () => {
  const error = new Trouble("it was late-secret-1");
  Secrets.remember("late-secret-1");
  assert.equal(render(error), "it was *** [TROUBLE]");
});

test("a short secret is hidden if it is a whole word, and an even shorter one only in its header", () => {
  Secrets.remember("s3cr", "pq");
  assert.equal(Secrets.hide("s3cr:s3cr xs3crx s3cr5 pq"), "***:*** xs3crx s3cr5 pq");
  Secrets.rememberHeader("Authorization", `Basic ${btoa("me:pq")}`);
  assert.equal(Secrets.hide(`me:pq and ${btoa("me:pq")}`), "*** and ***");
});

test("a long secret is hidden before a message is cut", () => {
  Secrets.remember("the-long-secret-of-many-letters");
  const text = `${"x".repeat(7990)}the-long-secret-of-many-letters`;
  assert.doesNotMatch(new Trouble(text).message, /the-long/);
});

test("the credentials of a request are hidden from then on", async (t) => {
  const server = createServer((_, response) => void response.end());
  const { url, close } = await listenOnLoopback(server);
  t.after(close);
  const inUrl = url.replace("//", "//user:sent-in-a-url@");
  for (const [target, headers] of [
    [inUrl, {}],
    [url, { Authorization: "Bearer sent-as-bearer" }],
    [url, { Authorization: `Basic ${btoa("me:sent-as-basic")}` }],
    [url, { "x-amz-security-token": "sent-to-aws" }],
    [url, { "x-amz-sso_bearer_token": "sent-to-sso" }],
  ] as const)
    await (await http(target, { headers })).discard();
  const echo =
    `sent-in-a-url sent-as-bearer sent-as-basic sent-to-aws sent-to-sso ${btoa("user:sent-in-a-url")} ` +
    btoa("me:sent-as-basic");
  assert.equal(
    Secrets.hide(echo)
      .replace(/\*\*\*/g, "")
      .trim(),
    "",
  );
});

test("a credential that no header can hold is refused before any try, and not shown", async () => {
  for (const value of ["Bearer s3cret\n", "Bearer s3\0cret"])
    await assert.rejects(
      http("http://127.0.0.1:1/", { headers: { authorization: value } }),
      (error) => {
        assert.match(render(error), /the header authorization has characters .*UNSENDABLE_HEADER/);
        assert.doesNotMatch(render(error), /s3/);
        return true;
      },
    );
});
