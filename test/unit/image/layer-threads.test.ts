import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import type { Bytes } from "../../../provider/base/bytes.ts";
import { isSystemError } from "../../../provider/base/file-unusable.ts";
import { layerTree } from "../../../provider/formats/layer/layer-tree.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import { writeNar } from "../../../provider/formats/nix/nar-writer.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { Tree } from "../../../provider/formats/nix/tree.ts";
import { LayerThread } from "../../../provider/image/layer-thread.ts";
import { withLayerThread } from "../../../provider/image/layer-threads.ts";
import { NarSource } from "../../../provider/substituter/chain.ts";
import { inChunks } from "../../support/nar.ts";

const NAR = writeNar(Tree.directory({ f: Tree.file(Buffer.alloc(2_000_000, "abc")) }));
const INFO = {
  storePath: StorePath.parse("/nix/store/00000000000000000000000000000000-a"),
  narHash: NarHash.of(NAR),
  narSize: NAR.length,
  references: [],
  signatures: [],
};

/** The only cache. */
const sourceOf = (bytes: Bytes): NarSource => {
  const cache = { url: "a cache", openPath: () => Promise.resolve(bytes) };
  return new NarSource([{ ...cache, narInfo: unused, openNar: unused }]);
};
const unused = (): never => {
  throw new RangeError("unused");
};

/** Has the NAR read in a thread; returns its listing and what was reported on the way. */
async function read(bytes: Bytes = inChunks(NAR, 50_000)) {
  const reports: number[] = [];
  const listing = await withLayerThread(undefined, (thread) =>
    thread.read(sourceOf(bytes), INFO, (report) => reports.push(report)),
  );
  return { listing, reports };
}

test("a NAR is read in a thread, which reports its progress and the listing", async () => {
  const { listing, reports } = await read();
  assert.equal(listing.root.kind, "directory");
  assert.equal(reports[0], 0);
  assert.equal(reports.at(-1), NAR.length);
  assert.ok(reports.length > 3, reports.join());
  assert.deepEqual(
    reports,
    reports.toSorted((a, b) => a - b),
  );
});

test("more NARs than threads take turns", async () => {
  const all = await Promise.all(Array.from({ length: 12 }, () => read()));
  for (const { reports } of all) assert.equal(reports.at(-1), NAR.length);
});

test("a source that fails, and a reader that leaves, leave the threads usable", async () => {
  const failing = async function* (): Bytes {
    yield NAR.subarray(0, 600_000);
    throw new Error("network");
  };
  for (let i = 0; i < 4; i += 1) {
    await assert.rejects(read(failing()), { code: "NAR_UNAVAILABLE" });
    const leaving = withLayerThread(undefined, (thread) =>
      thread.read(sourceOf(inChunks(NAR, 50_000)), INFO, () => {
        throw new Error("left");
      }),
    );
    await assert.rejects(leaving, /left/);
  }
  assert.equal((await read()).reports.at(-1), NAR.length);
});

const FULL = "/dev/full";
const skip = existsSync(FULL) ? false : `there is no ${FULL}`;

test("a disk that is full is the system's error, and not one of the NAR", { skip }, async () => {
  const full = await open(FULL, "w");
  const packing = withLayerThread(undefined, async (thread) => {
    const root = layerTree({ storePaths: [INFO.storePath] });
    thread.begin({
      kind: "layer",
      root,
      compression: { algorithm: "gzip", level: 1 },
      fd: full.fd,
    });
    await thread.read(sourceOf(inChunks(NAR, 50_000)), INFO, () => {});
    return thread.finish();
  });
  await assert.rejects(packing, (error) => isSystemError(error) && error.code === "ENOSPC");
  await full.close();
});

test("a thread that is about to end is not used for the next order", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  await read();
  t.mock.timers.tick(60_000);
  await read();
});

test("a thread that ends by itself fails what it was to do", async () => {
  const worker = new Worker("", { eval: true });
  const thread = new LayerThread(worker, undefined);
  await assert.rejects(thread.finish(), /ended unexpectedly/);
});

test("threads do not keep the process alive", async () => {
  const module = new URL("../../../provider/image/layer-threads.ts", import.meta.url);
  const program = `
    const { mock } = await import("node:test");
    // No thread ends because it has been idle for a while.
    mock.timers.enable({ apis: ["setTimeout"] });
    const { withLayerThread } = await import(${JSON.stringify(module.href)});
    await withLayerThread(undefined, async () => {});
    console.log("done");`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", program],
    { timeout: 20_000 },
  );
  assert.equal(stdout.trim(), "done");
});
