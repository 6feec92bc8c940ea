#!/usr/bin/env node
/** The provider plugin `pulumi-resource-lix`: the engine starts it, reads its port from stdout, and calls it by gRPC. @module */
import { NodeTooOld, requireNode } from "../../sdk/node-version.ts";
import { endOnSignals } from "../base/signals.ts";
import { endWithoutEngine } from "../pulumi/engine-gone.ts";

try {
  requireNode();
} catch (error) {
  if (!(error instanceof NodeTooOld)) throw error;
  // The engine shows it beside its own error, and a stack would bury it.
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
endOnSignals();
endWithoutEngine();

// Only now: to name what an older Node lacks is an error before any of our code runs.
const { startPlugin } = await import("./serve.ts");
await startPlugin(process.argv.slice(2));
