/** The failures that check reports for arguments, one by one. @module */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { ResourceSession } from "../../provider/resource/resource-session.ts";
import { check } from "../../provider/pulumi/check.ts";
import { UNKNOWN } from "../../provider/arguments/unknown.ts";
import type { PropertyMap } from "../../provider/resource/property-map.ts";
import { withWorkshop } from "./workshop.ts";

/** `LOCK` in a message is replaced by the path of the lock. */
export type ExpectedFailure = readonly [message: string, code: string, hint?: string];

export const invalid = (message: string, hint?: string): ExpectedFailure =>
  hint === undefined ? [message, "INVALID_ARGUMENT"] : [message, "INVALID_ARGUMENT", hint];

/** Arguments beside a lock and a registry, and all failures that check reports for them. */
export type MistakeTable = readonly (readonly [
  args: PropertyMap,
  ...expected: ExpectedFailure[],
])[];

export async function assertFailures(t: TestContext, table: MistakeTable): Promise<void> {
  await withWorkshop({}, async ({ cache, world }) => {
    const session = new ResourceSession(cache);
    const usual = { lock: world.lockFile, registry: "localhost:5000/acme", __dryRun: true };
    for (const [args, ...expected] of table)
      await t.test(JSON.stringify(args).replaceAll(UNKNOWN, "unknown"), async () => {
        const { inputs, failures } = await check(session, {}, { ...usual, ...args });
        assert.deepEqual(inputs, {});
        assert.deepEqual(
          failures.map(({ property, reason }) => [property, shorten(reason, world.lockFile)]),
          expected.map((failure) => ["", render(failure)]),
        );
      });
  });
}

const render = ([message, code, hint]: ExpectedFailure): string =>
  `${message} [${code}]${hint === undefined ? "" : `\n  hint: ${hint}`}`;

/** The reason without what the operating system says. */
const shorten = (reason: string, lock: string): string =>
  reason.replaceAll(lock, "LOCK").replace(/\n {2}caused by:.*/s, "");
