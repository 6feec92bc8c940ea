/** What test/boundaries.cjs forbids, by imports that are planted in a tree of empty files. */
import assert from "node:assert/strict";
import { execFileSync, type ExecFileSyncOptions } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { REPOSITORY, sourceFiles } from "../support/source-files.ts";

/** Imports go from the right to the left. */
const FOLDERS = [
  "base errors http formats/nix formats/oci formats/tar compression formats/rootfs formats/layer signing login",
  "substituter lock registry destination plan attest image arguments app report compare resolve resource",
  "pulumi plugin cli",
].flatMap((line) => line.split(" "));

interface Planted {
  readonly from: string;
  readonly to: string;
}

/** Those of the imports that are an error. */
async function caught(planted: readonly Planted[]): Promise<Planted[]> {
  return withTempDir((folder) => {
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    write("tsconfig.json", "{}");
    const source = new Map<string, string>();
    for (const { from, to } of planted) {
      const up = "../".repeat(from.split("/").length - 1);
      source.set(from, `${source.get(from) ?? ""}import "${up}${to}";\n`);
      write(to, "");
    }
    for (const [path, text] of source) write(path, text);
    const config = join(REPOSITORY, "test/boundaries.cjs");
    const program = join(REPOSITORY, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
    const roots = readdirSync(folder).filter((name) => !name.includes("."));
    const args = [program, "--config", config, "--output-type", "json", ...roots];
    const { summary } = JSON.parse(run(args, { cwd: folder, encoding: "utf8" })) as Verdict;
    return Promise.resolve(
      planted.filter(({ from, to }) =>
        summary.violations.some((each) => each.from === from && each.to === to),
      ),
    );
  });
}

interface Verdict {
  readonly summary: { readonly violations: readonly Planted[] };
}

/** Its exit code is the number of errors. */
function run(args: readonly string[], options: ExecFileSyncOptions): string {
  try {
    return String(execFileSync(process.execPath, args, { ...options, maxBuffer: 2 ** 26 }));
  } catch (error) {
    return String(Object(error).stdout);
  }
}

test("the table has a row for every folder of the provider, and each is here", () => {
  const folders = sourceFiles("provider").map((file) => {
    const [, folder = "", below = ""] = file.split("/");
    return folder === "formats" ? `${folder}/${below}` : folder;
  });
  const found = new Set(folders.filter((name) => !name.endsWith(".ts")));
  assert.deepEqual([...FOLDERS].sort(), [...found].sort());
});

test("an import in the wrong direction is caught in every folder", async () => {
  const wrong = FOLDERS.flatMap((from, at) =>
    FOLDERS.slice(at + 1).map((to) => ({
      from: `provider/${from}/planted.ts`,
      to: `provider/${to}/some.ts`,
    })),
  );
  assert.deepEqual(await caught(wrong), wrong);
});

test("what else is forbidden is caught, and what is allowed is not", async () => {
  const wrong = [
    { from: "provider/cli/planted.ts", to: "provider/login/some.ts" },
    { from: "provider/cli/planted.ts", to: "provider/pulumi/some.ts" },
    { from: "provider/pulumi/planted.ts", to: "provider/app/some.ts" },
    { from: "provider/plan/planted.ts", to: "provider/registry/some.ts" },
    { from: "provider/plan/planted.ts", to: "provider/index.ts" },
    { from: "provider/index.ts", to: "provider/image/some.ts" },
    { from: "provider/new/planted.ts", to: "provider/base/some.ts" },
    { from: "provider/image/planted.ts", to: "test/support/some.ts" },
    { from: "sdk/planted.ts", to: "provider/base/some.ts" },
    { from: "examples/quickstart/index.ts", to: "sdk/index.ts" },
    { from: "examples/start.ts", to: "test/support/some.ts" },
    { from: "examples/start/planted.ts", to: "test/support/some.ts" },
  ];
  const right = [
    { from: "provider/cli/planted.ts", to: "provider/app/some.ts" },
    { from: "examples/start/planted.ts", to: "provider/base/some.ts" },
    { from: "provider/pulumi/planted.ts", to: "provider/resource/some.ts" },
    { from: "provider/plan/planted.ts", to: "provider/formats/layer/some.ts" },
    { from: "provider/arguments/planted.ts", to: "sdk/args.ts" },
  ];
  assert.deepEqual(await caught([...wrong, ...right]), wrong);
});
