/** An up that does not come to its end. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { processesOf } from "../support/surroundings.ts";
import { NO_ENGINE, type Running } from "./fixtures/engine.ts";
import { StackState } from "./fixtures/stack-state.ts";
import { ONE_IMAGE, withStack, type Stack } from "./fixtures/with-stack.ts";

test(
  "^C in the middle of a push tags nothing by halves, and the next up finishes",
  NO_ENGINE,
  async () => {
    await withStack(ONE_IMAGE, async (stack) => {
      const { registry } = stack;
      const { child, ended } = await startPushing(stack);
      child.kill("SIGINT");
      const { code, text } = await ended;
      assert.notEqual(code, 0, text);
      assert.match(text, /cancelled/, "our own word, so it did not wait for the push");
      const tagged = stack.tagged();
      if (tagged !== undefined) assert.ok(registry.store.repository("lix").manifests.has(tagged));
      await assertNextFinishes(stack);
    });
  },
);

test(
  "when the engine is killed in the middle of a push, nothing lives on, and the next up sends the rest",
  NO_ENGINE,
  async () => {
    await withStack(ONE_IMAGE, async (stack) => {
      const { child, ended } = await startPushing(stack);
      child.kill("SIGKILL");
      await ended;
      // Our provider ends by itself, without a signal. Pulumi's language host stays until it is killed.
      const ours = async () => (await running(stack)).filter(([, name]) => /provider/.test(name));
      while ((await ours()).length > 0) await sleep(100);
      for (const [pid] of await running(stack)) process.kill(pid, "SIGKILL");
      assert.equal(stack.tagged(), undefined);
      // The file backend's lock is of a process that is gone.
      await stack.run("cancel", "--yes");
      await assertNextFinishes(stack);
    });
  },
);

const running = async (stack: Stack) => [...(await processesOf(dirname(stack.folder)))];

async function startPushing(stack: Stack): Promise<Running> {
  const { registry } = stack;
  registry.faults.push({
    method: "PUT",
    path: /blobs\/uploads/,
    times: 4,
    act: { kind: "wait", ms: 1_000 },
  });
  const up = stack.start("up", "--yes", "--skip-preview");
  while (registry.count("PUT") === 0 && up.child.exitCode === null) await sleep(20);
  return up;
}

async function assertNextFinishes(stack: Stack): Promise<void> {
  stack.registry.faults.length = 0;
  await stack.up();
  const { digest } = StackState.image(await stack.state());
  assert.equal(stack.tagged(), digest);
  await stack.up("--refresh", "--expect-no-changes");
}
