/**
 * No module remembers anything, apart from these. What a run learns belongs to a session, which is passed down:
 * docs/decisions/0012-sessions.md.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { REPOSITORY, sourceFiles } from "../support/source-files.ts";

const OF_THE_PROCESS: Readonly<Record<string, string>> = {
  "base/log.ts": "the one door to the log of the work that is running",
  "base/meter.ts": "a clock for each sink, which lives as long as its sink",
  "base/secrets.ts": "what is shown hides every secret that the process knows, whoever learned it",
  "base/temp-dir.ts": "what earlier processes left is removed once",
  "base/temporary.ts": "the process ends as a whole, and removes all its files then",
  "base/this-process.ts": "the process's own identity",
  "cli/print.ts": "there is one stdout",
  "compression/": "modules that are compiled once, and coders that are free again",
  "formats/nix/database.ts": "a module that is loaded once",
  "http/agent.ts":
    "connections: sockets are limited by process, and found by all that they depend on",
  "http/lookup.ts": "in which zone a name of the network is",
  "image/layer-threads.ts": "threads, which hold nothing between two orders",
  "image/layer-worker.ts": "a thread has one inbox",
  "login/aws/cli-keys.ts": "the AWS CLI runs once at a time",
  "pulumi/lifecycle.ts": "the session: the engine starts a process for each operation",
  "pulumi/print-once.ts": "there is one console",
  "registry/blobs.ts": "a limit on open files",
  "substituter/chain.ts": "a limit on downloads",
  "substituter/narinfo-ahead.ts": "a limit on connections",
};

/** A variable of a module that may change: `let`, or something that is made to be filled. */
const CHANGES =
  /^(?:export )?(?:let \w+|const (?!NO_)\w+(?!: Readonly)(?:: [^=]+)? = (?:\[\]|\{\}|new (?!RegExp|URL|U?int\d+Array|ArrayBuffer|Text|Intl)\w*(?:<.*>)?\((?!\[)))/im;

test("only modules that say why have variables that change", () => {
  const found = sourceFiles("provider").filter((file) =>
    CHANGES.test(readFileSync(join(REPOSITORY, file), "utf8")),
  );
  const places = Object.keys(OF_THE_PROCESS).map((place) => `provider/${place}`);
  const placeOf = (file: string) => places.find((place) => file.startsWith(place)) ?? file;
  assert.deepEqual([...new Set(found.map(placeOf))], places.sort());
});

test("a variable that changes is recognized, and a constant is not", () => {
  const lines = [
    "let sink: Sink = SILENT;",
    "export let sink = 1;",
    "const homes = new Map<string, Set<string>>();",
    "const idle: Worker[] = [];",
    "const known = new Session();",
    "const LIMIT = new Limiter(8);",
  ];
  for (const line of lines) assert.match(line, CHANGES);
  const constants = [
    "const NAMES: ReadonlySet<string> = new Set();",
    'const NAMES = new Set(["a"]);',
    "const PATTERN = new RegExp(TEXT);",
    "const EMPTY = new Uint8Array(0);",
    "const NO_PATHS: Paths = new Map();",
    "  let inside = 1;",
  ];
  for (const line of constants) assert.doesNotMatch(line, CHANGES);
});
