/** A large upload that breaks: what the registry has kept of it is not sent again. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { blobOf } from "../support/sample-image.ts";
import { overEachRegistry, type Row } from "./registries.ts";
import type { Stage } from "./stage.ts";

const BLOB = blobOf(randomBytes(3_000_000));
const KEPT = 2_000_000;
const UPLOAD = /blobs\/uploads/;

const methods = ({ proxy }: Stage): string[] =>
  proxy.log.map(({ method, path }) => (UPLOAD.test(path) ? method : `${method} blob`));

const row = (name: string, run: (stage: Stage) => Promise<void>): Row => ({
  name,
  run: async (stage) => {
    await run(stage);
    assert.ok(await stage.client({ direct: true }).hasBlob(BLOB.digest));
  },
});

/** What was asked, and in which order. */
function assertAsked(stage: Stage, whereItIsKept: readonly string[]): void {
  const forgotten = ["POST", "PUT", "HEAD blob", "GET", "POST", "PUT"];
  assert.deepEqual(methods(stage), stage.upstream.keepsBroken ? whereItIsKept : forgotten);
}

overEachRegistry("a large upload", [
  row("goes on where it broke", async (stage) => {
    stage.fault({ method: "PUT", act: { kind: "drop", afterBytes: KEPT } });
    assert.equal(await stage.client().pushBlob(BLOB), "uploaded");
    assertAsked(stage, ["POST", "PUT", "HEAD blob", "GET", "PATCH", "PUT"]);
  }),
  row("goes on where it broke a second time", async (stage) => {
    stage.fault(
      { method: "PUT", act: { kind: "drop", afterBytes: KEPT } },
      { method: "PATCH", act: { kind: "drop", afterBytes: 500_000 } },
    );
    assert.equal(await stage.client().pushBlob(BLOB), "uploaded");
    const again = ["HEAD blob", "GET", "PATCH"];
    assertAsked(stage, ["POST", "PUT", ...again, ...again, "PUT"]);
  }),
  row("starts again where the registry does not resume an upload", async (stage) => {
    stage.fault(
      { method: "PUT", act: { kind: "drop", afterBytes: KEPT } },
      { method: "PATCH", act: { kind: "answer", status: 416 } },
    );
    assert.equal(await stage.client().pushBlob(BLOB), "uploaded");
    assertAsked(stage, ["POST", "PUT", "HEAD blob", "GET", "PATCH", "HEAD blob", "POST", "PUT"]);
  }),
  row("starts again where the registry loses what it has received, as ECR does", async (stage) => {
    stage.fault(
      { method: "PUT", act: { kind: "drop", afterBytes: KEPT } },
      { method: "PATCH", act: { kind: "answer", status: 202 } },
    );
    assert.equal(await stage.client().pushBlob(BLOB), "uploaded");
    const again = ["HEAD blob", "POST", "PUT"];
    assertAsked(stage, ["POST", "PUT", "HEAD blob", "GET", "PATCH", "PUT", ...again]);
  }),
]);
