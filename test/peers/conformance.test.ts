/**
 * The tests' own registry before the OCI's conformance program.
 * @see https://github.com/opencontainers/distribution-spec/tree/main/conformance
 * @module
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { findPeer, needs } from "../support/peers.ts";
import { startRegistry, type TestRegistry } from "../support/registry.ts";

interface Case {
  /** `OCI Conformance Test/image/push/manifest-by-tag` */
  readonly name: string;
  readonly status: string;
}

/** The program's verdict on each case, with a registry that `prepare` has changed. */
async function conformance(prepare: (registry: TestRegistry) => void): Promise<Case[]> {
  const registry = await startRegistry();
  prepare(registry);
  try {
    return await withTempDir(async (folder) => {
      const env = { ...SETTINGS, OCI_REGISTRY: registry.host, OCI_RESULTS_DIR: folder };
      const options = { cwd: folder, env, maxBuffer: 16 * 1024 * 1024 };
      // It exits with 1 when a case fails; which, its report says.
      await promisify(execFile)(findPeer("conformance") ?? "", options).catch(() => undefined);
      const report = await readFile(join(folder, "junit.xml"), "utf8");
      const cases = report.matchAll(/<testcase name="([^"]*)"[^>]* status="([^"]*)"/g);
      return [...cases].map(([, name = "", status = ""]) => ({ name, status }));
    });
  } finally {
    await registry.close();
  }
}

// Beyond what version 1.1 asks for by default: what our registry does as well.
const SETTINGS = {
  OCI_VERSION: "1.1",
  OCI_TLS: "disabled",
  OCI_API_BLOBS_UPLOAD_CANCEL: "true",
  OCI_API_BLOBS_DIGEST_HEADER: "true",
  OCI_API_MANIFESTS_DIGEST_HEADER: "true",
};

// The specification leaves them to registries. Ours answers as those do that lack them, and then the
// program skips them: distribution has neither of the first two, and nothing here asks for a range.
const LACKING = /\/(blob-post-only|blob-mount-anonymous|range requests\/range .*)$/;

const PARTS = {
  pull: /\/(pull\/.*|blob-get|blob-head|manifest-head-by-.*)$/,
  push: /\/(push\/.*|blob-post-.*|blob-patch-.*|blob-mount)$/,
  "content discovery": /\/(tag-list|referrers)$/,
  "content management": /\/(tag|manifest|blob)-delete$/,
};

describe("the registry of the tests", { skip: needs("conformance") }, () => {
  test("passes the conformance program", async () => {
    const cases = await conformance(() => undefined);
    const failed = cases.filter(({ status }) => status !== "passed" && status !== "skipped");
    assert.deepEqual(failed, []);
    const skipped = cases.filter(({ status }) => status === "skipped").map(({ name }) => name);
    assert.deepEqual(
      skipped.filter((name) => !LACKING.test(name)),
      [],
    );
    for (const [part, names] of Object.entries(PARTS)) {
      const passed = cases.filter(({ name, status }) => status === "passed" && names.test(name));
      assert.ok(passed.length > 20, `${part}: ${passed.length} cases`);
    }
  });

  test("fails the conformance program with a wrong status for a manifest", async () => {
    const cases = await conformance(({ faults }) => {
      const act = { kind: "lie", status: 200 } as const;
      faults.push({ method: "PUT", path: /\/manifests\//, times: Infinity, act });
    });
    const failed = cases.filter(({ status }) => status === "failure").map(({ name }) => name);
    assert.ok(failed.length > 0);
    for (const name of failed) assert.match(name, /manifest/);
  });
});
