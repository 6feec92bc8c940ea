import { test, type TestContext } from "node:test";
import type { RegistryTimeoutOptions } from "../../provider/registry/timeouts.ts";
import { DISTRIBUTIONS, withDockerRegistry } from "../support/docker-registry.ts";
import { needs } from "../support/peers.ts";
import { startRegistry } from "../support/registry.ts";
import { withStage, type Stage, type Upstream } from "./stage.ts";

/** Rows at once; most of their time is spent waiting. */
const CONCURRENCY = 8;

export interface Row {
  readonly name: string;
  readonly timeouts?: RegistryTimeoutOptions;
  readonly run: (stage: Stage) => Promise<void>;
}

/** Rows in which what the registry does makes a difference: it works, and something around it breaks. */
export function overEachRegistry(title: string, rows: readonly Row[]): void {
  overOurRegistry(title, rows);
  for (const program of DISTRIBUTIONS) {
    const skip = needs(program);
    test(`${title}, into ${program}`, { skip, concurrency: CONCURRENCY }, (t) =>
      withDockerRegistry({ program }, (host) =>
        // Only version 3 keeps what it has of an upload that broke.
        runAll(t, rows, { host, keepsBroken: program === "registry" }),
      ),
    );
  }
}

/** Rows in which the registry is not asked at all, or says nothing that matters. */
export function overOurRegistry(title: string, rows: readonly Row[]): void {
  test(`${title}, into the registry of the tests`, { concurrency: CONCURRENCY }, async (t) => {
    const { host, close } = await startRegistry();
    try {
      await runAll(t, rows, { host, keepsBroken: true });
    } finally {
      await close();
    }
  });
}

async function runAll(t: TestContext, rows: readonly Row[], upstream: Upstream): Promise<void> {
  await Promise.all(
    rows.map(({ name, run, timeouts }) => t.test(name, () => withStage(upstream, run, timeouts))),
  );
}
