/** How `lix-image lock --check` and `--update` report a change: as JSON, and for a pull request. @module */
import assert from "node:assert/strict";
import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { lockMarkdown } from "../../../provider/cli/lock/markdown.ts";
import { compareLocks } from "../../../provider/lock/compare-locks.ts";
import type { Lock, LockedPackage } from "../../../provider/lock/lock.ts";
import { readLock } from "../../../provider/lock/read-lock.ts";
import { newRelease, withLocking, type Locking } from "../../support/locking.ts";
import { warningsOf } from "../../support/warnings.ts";

const SYSTEM = "x86_64-linux";

/** The parts of the report that these tests look at. */
interface Report {
  readonly lock: string;
  readonly changed: boolean;
  readonly caches: unknown;
  readonly systems: Readonly<Record<string, SystemReport>>;
  readonly image: ImageReport | null;
}
interface SystemReport {
  readonly packages: readonly Readonly<Record<string, unknown>>[];
  readonly nixpkgs: unknown;
  readonly paths: Readonly<Record<"added" | "removed" | "changed", readonly string[]>>;
  readonly closureSize: { readonly from: number; readonly to: number };
}
interface ImageReport {
  readonly arguments: string | null;
  readonly platforms: readonly string[];
  readonly layers: { from: number; to: number; added: number; removed: number };
  readonly newLayers: readonly { size: number; digest: string; storePaths: string[] }[];
  readonly pushSize: number;
}

async function reported(
  { lock }: Locking,
  ...argv: readonly string[]
): Promise<{ code: number; report: Report }> {
  const { code, stdout } = await lock(...argv, "--json");
  return { code, report: JSON.parse(stdout) as Report };
}

test("--json of a lock that is up to date says so, and nothing is downloaded", () =>
  withLocking(async (locking) => {
    const { lock, lockFile, options, server } = locking;
    await lock(...options);
    const asked = server.log.length;
    const { code, report } = await reported(locking, "--check", "--markdown", `${lockFile}.md`);
    assert.equal(code, 0);
    assert.deepEqual([report.lock, report.changed, report.image], [lockFile, false, null]);
    const { packages, paths, closureSize } = report.systems[SYSTEM] ?? assert.fail();
    assert.deepEqual([packages, paths], [[], { added: [], removed: [], changed: [] }]);
    assert.equal(closureSize.from, closureSize.to);
    assert.deepEqual(
      server.log.slice(asked).filter(({ path }) => path.includes("/nar/")),
      [],
    );
    assert.equal(await readFile(`${lockFile}.md`, "utf8"), "The lock is up to date.\n");
  }));

test("--json names each package and store path that changes", () =>
  withLocking(async (locking) => {
    const { lock, lockFile, options } = locking;
    await lock(...options, "--package", "jq");
    const record = lockFile.replace(/\.json$/, ".args");
    const edited = (await readFile(record, "utf8")).replace(
      "--package jq",
      "--package jq\n--package bind.dnsutils",
    );
    await writeFile(record, edited);
    await newRelease(locking, { jq: "1.8.0" });
    const before = (await readLock(lockFile)).lock.systems.get(SYSTEM);

    const { code, report } = await reported(locking, "--check");
    assert.equal(code, 3);
    assert.equal(report.changed, true);
    assert.equal(report.caches, null);
    const changes = report.systems[SYSTEM] ?? assert.fail();
    assert.deepEqual(
      changes.packages.map(({ attribute, change }) => [attribute, change]),
      [
        ["bind.dnsutils", "added"],
        ["jq", "updated"],
      ],
    );
    const jq = changes.packages[1];
    assert.deepEqual(jq?.["from"], {
      name: "jq-1.7.1",
      version: "1.7.1",
      outputs: Object.fromEntries(before?.packages.get("jq")?.outputs ?? []),
    });
    assert.equal((await reported(locking, "--update")).code, 0);
    const after = (await readLock(lockFile)).lock.systems.get(SYSTEM);
    const names = (system: typeof before): string[] => [...(system?.paths.keys() ?? [])];
    assert.deepEqual(
      changes.paths.added,
      names(after).filter((path) => !names(before).includes(path)),
    );
    assert.deepEqual(
      changes.paths.removed,
      names(before).filter((path) => !names(after).includes(path)),
    );
    assert.equal((await reported(locking, "--check")).code, 0);
  }));

test("the body of a pull request says how many layers change and how much is to push", () =>
  withLocking(async (locking) => {
    const { dir, lock, lockFile, options } = locking;
    await lock(...options, "--package", "jq");
    const args = join(dir, "args.json");
    await writeFile(args, JSON.stringify({ lock: lockFile, extraPkgs: ["jq"] }));
    await newRelease(locking, { jq: "1.8.0" });
    const body = join(dir, "body.md");
    const said = ["--markdown", body, "--image", args];
    const { code, report } = await reported(locking, "--check", ...said);
    assert.equal(code, 3);
    const image = report.image ?? assert.fail();
    assert.deepEqual([image.arguments, image.platforms], [args, ["linux/amd64"]]);
    const { layers, newLayers, pushSize } = image;
    assert.equal(layers.added, newLayers.length);
    assert.equal(layers.from - layers.removed, layers.to - layers.added, "those that stay");
    assert.ok(layers.added < layers.to / 2, "most stay");
    assert.ok(newLayers.some(({ storePaths }) => storePaths.some((path) => /jq-1\.8/.test(path))));
    assert.equal(
      pushSize,
      newLayers.reduce((sum, { size }) => sum + size, 0),
    );
    const text = await readFile(body, "utf8");
    assert.match(text, /\| jq +\| 1\.7\.1 +\| 1\.8\.0 +\|/);
    assert.match(text, /\nClosure: .* → /);
    assert.match(
      text,
      new RegExp(
        `\\nIn the image of .*args\\.json. for linux/amd64: ${layers.added} of ${layers.to} are new, ` +
          `.* stay, ${layers.removed} are gone; .* to push to a registry that has the previous image\\.\n`,
      ),
    );
    assert.equal((await lock("--update", "--markdown", body)).code, 0);
    assert.match(
      await readFile(body, "utf8"),
      /In an image with all packages of the lock and default arguments for linux\/amd64: [1-9]/,
    );
  }));

test("an image that the new lock cannot make is an error, and the lock stays as it was", () =>
  withLocking(async (locking) => {
    const { dir, lock, lockFile, options } = locking;
    await lock(...options);
    const text = await readFile(lockFile, "utf8");
    await newRelease(locking, { wget: "1.25.0" });
    const args = join(dir, "args.json");
    await writeFile(args, JSON.stringify({ lock: lockFile, extraPkgs: ["hello"] }));
    await assert.rejects(lock("--update", "--image", args), /extraPkgs/);
    await writeFile(args, JSON.stringify({ lock: "another.lock.json" }));
    await assert.rejects(lock("--update", "--image", args), { code: "USAGE" });
    await writeFile(args, JSON.stringify({ lock: lockFile }));
    const nowhere = join(dir, "no/such/folder/body.md");
    await assert.rejects(lock("--update", "--image", args, "--markdown", nowhere), {
      code: "REPORT_NOT_WRITTEN",
    });
    assert.equal(await readFile(lockFile, "utf8"), text);
    await assert.rejects(access(nowhere));
  }));

test("a lock that differs only in its spelling or its caches is out of date, with the reason", () =>
  withLocking(async (locking) => {
    const { lock, lockFile, options } = locking;
    await lock(...options);
    const text = await readFile(lockFile, "utf8");
    await writeFile(lockFile, JSON.stringify(JSON.parse(text)));
    const respelled = await lock("--check");
    assert.equal(respelled.code, 3);
    assert.match(respelled.stdout, /^Only the formatting of the file changes\.$/m);

    await writeFile(lockFile, text.replace(/"trustedPublicKeys": \[/, '$&\n"a:AAAA",'));
    await lock("--update");
    assert.equal(await readFile(lockFile, "utf8"), text);

    const record = lockFile.replace(/\.json$/, ".args");
    await writeFile(record, (await readFile(record, "utf8")).replace("/cache\n", "/cache/\n"));
    const moved = await lock("--check");
    assert.equal(moved.code, 3);
    assert.match(
      moved.stdout,
      /^### Caches\n\n- no longer `.*\/cache .*`\n- now `.*\/cache\/ .*`/m,
    );
  }));

test("a lock with the marks of a merge in it is out of date, with a warning", () =>
  withLocking(async ({ lock, lockFile, options }) => {
    await lock(...options);
    const text = await readFile(lockFile, "utf8");
    await writeFile(lockFile, `<<<<<<< HEAD\n${text}`);
    const warnings = await warningsOf(async () => {
      assert.equal((await lock("--check")).code, 3);
      assert.equal((await lock("--update")).code, 0);
    });
    assert.match(warnings.join("\n"), /cannot be read, so everything counts as new/);
    assert.equal(await readFile(lockFile, "utf8"), text);
  }));

for (const argv of [
  ["--json", "--path", "jq=/nix/store/00000000000000000000000000000000-jq"],
  ["--channel", "nixos-unstable", "--markdown", "body.md"],
  ["--channel", "nixos-unstable", "--image", "args.json"],
  ["--check", "--markdown", ""],
])
  test(`is a mistake: lock ${argv.join(" ")}`, () =>
    withLocking(async ({ lock }) => {
      await assert.rejects(lock(...argv), { code: "USAGE" });
    }));

const locked = (attribute: string, version: string): LockedPackage => ({
  ...{ attribute, version, name: "x-1", defaultOutput: "out", outputsToInstall: ["out"] },
  ...{ outputs: new Map(), priority: 5, outputSpecified: false },
});

const lockOf = (packages: readonly LockedPackage[]): Lock => ({
  caches: [],
  systems: new Map([
    [
      SYSTEM,
      {
        ...{ system: SYSTEM, nixpkgs: undefined, paths: new Map() },
        packages: new Map(packages.map((one) => [one.attribute, one])),
      },
    ],
  ]),
});

const markdownOf = (packages: readonly LockedPackage[]): string[] =>
  lockMarkdown({
    ...{ file: "/lock", changed: true, image: undefined },
    caches: { before: [], after: [] },
    systems: compareLocks(undefined, lockOf(packages)),
  });

test("a version with special characters ends no cell, makes no markup, and mentions no user", () => {
  const hostile = ["1|2", "<img src=x>", "@octocat", "[a](http://b)", "`x`|@y", "a\nb"];
  const lines = markdownOf(hostile.map((version, at) => locked(`p${at}`, version)));
  const rows = lines.filter((line) => line.startsWith("| p"));
  assert.equal(rows.length, hostile.length + 1);
  for (const row of rows.slice(1)) {
    assert.equal(row.split(/(?<!\\)\|/).length, 6, row);
    assert.doesNotMatch(row.replace(/`[^`]*`/g, ""), /[<[@\n]/, row);
  }
});

test("the body of a pull request stays below GitHub's limit", () => {
  const packages = Array.from({ length: 3000 }, (_, at) => locked(`package-${at}`, "1.0"));
  const text = markdownOf(packages).join("\n");
  assert.ok(text.length < 65_536);
  assert.match(text, /\n… and \d+ more\n/);
});
