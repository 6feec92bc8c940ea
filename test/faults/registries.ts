import { test, type TestContext } from "node:test";
import type { PatienceOptions } from "../../provider/registry/patience.ts";
import { withDockerRegistry } from "../support/docker-registry.ts";
import { needs } from "../support/peers.ts";
import { startRegistry } from "../support/registry.ts";
import { withStage, type Stage } from "./stage.ts";

/** Rows at once; most of their time is spent waiting. */
const CONCURRENCY = 8;

export interface Row {
  readonly name: string;
  readonly patience?: PatienceOptions;
  readonly run: (stage: Stage, upstream: string) => Promise<void>;
}

/** A suite over the registry of the tests, and over Debian's. */
export function overEachRegistry(title: string, rows: readonly Row[]): void {
  test(`${title}, into the registry of the tests`, { concurrency: CONCURRENCY }, async (t) => {
    const registry = await startRegistry();
    try {
      await runAll(t, rows, registry.host);
    } finally {
      await registry.close();
    }
  });
  const skip = needs("docker-registry");
  test(`${title}, into docker-registry`, { skip, concurrency: CONCURRENCY }, (t) =>
    withDockerRegistry({}, (host) => runAll(t, rows, host)),
  );
}

async function runAll(t: TestContext, rows: readonly Row[], upstream: string): Promise<void> {
  await Promise.all(
    rows.map(({ name, run, patience }) =>
      t.test(name, () => withStage(upstream, (stage) => run(stage, upstream), patience)),
    ),
  );
}
