import assert from "node:assert/strict";
import { test } from "node:test";
import { LixImageError } from "../../../provider/base/errors.ts";
import { pauseMs, retry, transientKind } from "../../../provider/base/retry.ts";
import {
  LONGEST_PAUSE_MS,
  type RetryPolicy,
  type Transient,
} from "../../../provider/base/retry-policy.ts";

class Failed extends LixImageError {
  readonly code = "FAILED";
  override readonly retryable: Transient | undefined;
  constructor(kind: Transient | undefined, cause?: unknown) {
    super(`failed: ${kind}`, { cause });
    this.retryable = kind;
  }
}

const POLICY: RetryPolicy = { what: "a test", tries: { network: 3, page: 2 }, firstPauseMs: 0 };

/** How often something is tried that always fails so. */
async function triesAfter(error: unknown): Promise<number> {
  let tries = 0;
  const failing = retry(POLICY, { signal: undefined }, async () => {
    tries += 1;
    throw error;
  });
  await assert.rejects(failing, (thrown) => thrown === error);
  return tries;
}

for (const [error, tries] of [
  [new Failed("network"), 3],
  [new Failed("page"), 2],
  [new Failed("busy"), 1],
  [new Failed(undefined), 1],
  [new Error("some other"), 1],
  [new Error("the outer one", { cause: new Failed("network") }), 3],
] as const)
  test(`"${error.message}" is tried ${tries} times`, async () => {
    assert.equal(await triesAfter(error), tries);
  });

test("whether an error is worth a retry counts for more than its cause", () => {
  assert.equal(transientKind(new Failed("page", new Failed("network"))), "page");
  assert.equal(transientKind(new Failed(undefined, new Failed("network"))), "network");
});

test("the result is that of the last attempt", async () => {
  const given = await retry(POLICY, { signal: undefined }, async (tried) => {
    if (tried < 3) throw new Failed("network");
    return tried;
  });
  assert.equal(given, 3);
});

test("an abort ends a pause with its own reason", async () => {
  const reason = new Error("the user has had enough");
  const scope = new AbortController();
  const retried = retry({ ...POLICY, firstPauseMs: 60_000 }, scope, async () => {
    setImmediate(() => scope.abort(reason));
    throw new Failed("network");
  });
  await assert.rejects(retried, (thrown) => thrown === reason);
});

test("pauses double up to their limit, and are never less than half of it", () => {
  for (const [tried, whole] of [
    [1, 500],
    [2, 1000],
    [4, 4000],
    [50, LONGEST_PAUSE_MS],
  ] as const) {
    const ms = pauseMs(500, tried);
    assert.ok(ms >= whole / 2 && ms <= whole, `${tried}: ${ms}`);
  }
});
