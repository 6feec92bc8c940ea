/**
 * `npm test`: builds, checks format, lint, imports and types, then runs the tests. A failing check does
 * not hide what the tests report: everything runs, and the exit code says at the end whether anything failed.
 *
 *     npm test                             everything
 *     npm test -- test/unit/formats/nix            only the build, and of the tests those below that folder
 *     REQUIRE_PEERS=1 npm test             a missing peer of Debian's is a failure
 *     REQUIRE_GO_PEERS=1 npm test          so is one that Go installs
 *     REQUIRE_PYTHON_PEERS=1 npm test      and one that pip installs
 *     REQUIRE_ENGINE=1 npm test            so is a missing Pulumi engine
 *     REQUIRE_DOCKER=1 npm test            so is a Docker daemon that does not start
 * @module
 */
import { existsSync } from "node:fs";
import { exit } from "node:process";
import { reportPeers } from "./peers-report.ts";
import { BUILD, CHECKS } from "./checks.ts";
import { heading, runQuietly } from "./step.ts";
import { runTests } from "./tests.ts";

if (!existsSync("node_modules/typescript")) {
  console.error('node_modules is missing or incomplete: run "npm ci" first');
  exit(1);
}
const only = process.argv.slice(2);
const failed: string[] = [];

// First and alone: tests load the package by its name, which leads to dist/.
if (!(await runQuietly([BUILD])).every((step) => step.ok)) failed.push(BUILD.name);
if (only.length === 0)
  for (const step of await runQuietly(CHECKS)) if (!step.ok) failed.push(step.name);
failed.push(...reportPeers());
heading("tests");
if (!(await runTests(only))) failed.push("tests");

if (failed.length > 0) {
  // Nothing is printed after the runner's closing lines unless something outside the tests failed.
  if (failed.some((name) => name !== "tests")) console.log(`\nfailed: ${failed.join(", ")}`);
  exit(1);
}
