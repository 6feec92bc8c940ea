import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { askAws, AWS_TIMEOUTS } from "../../../../provider/login/aws/ask-aws.ts";
import { listenOnLoopback } from "../../../support/loopback.ts";

test("a service of AWS that never answers is given up within a minute", async (t) => {
  const server = createServer(() => {});
  const { url, close } = await listenOnLoopback(server);
  t.after(close);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let asking = true;
  const asked = askAws("the role", url, {}).finally(() => (asking = false));
  const refused = assert.rejects(asked, /^HttpUnreachable: the role: no answer within \d+ s$/);
  let waitedMs = 0;
  await once(server, "request");
  while (asking) {
    for (let turns = 0; turns < 5; turns += 1) await turn();
    t.mock.timers.tick(5_000);
    waitedMs += 5_000;
    for (let turns = 0; turns < 5; turns += 1) await turn();
  }
  await refused;
  assert.ok(waitedMs <= AWS_TIMEOUTS.limitMs, `${waitedMs} ms`);
});
