/** What check says against arguments, line by line. @module */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { Session } from "../../provider/image/session.ts";
import { check } from "../../provider/pulumi/check.ts";
import { UNKNOWN } from "../../provider/arguments/unknown.ts";
import type { Wire } from "../../provider/pulumi/wire.ts";
import { withWorkshop } from "./workshop.ts";

/** One failure; `LOCK` stands for the lock's path. */
export type Told = readonly [message: string, code: string, hint?: string];

export const invalid = (message: string, hint?: string): Told =>
  hint === undefined ? [message, "INVALID_ARGUMENT"] : [message, "INVALID_ARGUMENT", hint];

/** What is given beside a lock and a registry, and all that is said against it. */
export type MistakeTable = readonly (readonly [args: Wire, ...told: Told[]])[];

export async function assertTold(t: TestContext, table: MistakeTable): Promise<void> {
  await withWorkshop({}, async ({ cache, world }) => {
    const session = new Session(cache);
    const usual = { lock: world.lockFile, registry: "localhost:5000/acme", __dryRun: true };
    for (const [args, ...expected] of table)
      await t.test(JSON.stringify(args).replaceAll(UNKNOWN, "unknown"), async () => {
        const { inputs, failures } = await check(session, {}, { ...usual, ...args });
        assert.deepEqual(inputs, {});
        assert.deepEqual(
          failures.map(({ property, reason }) => [property, shorten(reason, world.lockFile)]),
          expected.map((told) => ["", render(told)]),
        );
      });
  });
}

const render = ([message, code, hint]: Told): string =>
  `${message} [${code}]${hint === undefined ? "" : `\n  hint: ${hint}`}`;

/** Without the system's own words. */
const shorten = (reason: string, lock: string): string =>
  reason.replaceAll(lock, "LOCK").replace(/\n {2}caused by:.*/s, "");
