/** Connections that break: in any request and any answer of a push, after any byte. */
import * as fc from "fast-check";
import type { Fault } from "../support/http-faults.ts";
import { overEachRegistry, type Row } from "./registries.ts";
import { assertPushed, NEW, withStage, type Upstream } from "./stage.ts";

/** The runs of fast-check; each is a whole push. */
const RUNS = 5;
const LARGEST = Math.max(...NEW.blobs.map(({ size }) => size));

/** One break in a push of its own; the push succeeds. */
const breaks = (fault: Fault, upstream: Upstream): Promise<void> =>
  withStage(upstream, async (stage) => {
    stage.fault(fault);
    await stage.push();
    await assertPushed(stage);
  });

/** The work is not done. */
const inRequest = (path: RegExp, afterBytes: number): Fault => ({
  method: "PUT",
  path,
  act: { kind: "drop", afterBytes },
});

/** The work is done. */
const inAnswer = (method: string, path: RegExp, afterBytes: number): Fault => ({
  method,
  path,
  act: { kind: "cut", afterBytes },
});

const afterAnyByte = (name: string, size: number, fault: (bytes: number) => Fault): Row => ({
  name: `after any byte of ${name}`,
  run: ({ upstream }) =>
    fc.assert(
      fc.asyncProperty(fc.nat(size), (bytes) => breaks(fault(bytes), upstream)),
      { numRuns: RUNS, examples: [[0], [1], [size]] },
    ),
});

const BLOBS = /blobs/;
const MANIFESTS = /manifests\/sha256/;
const HEAD_SIZE = 300;

overEachRegistry("a connection breaks once", [
  afterAnyByte("an upload", LARGEST, (bytes) => inRequest(BLOBS, bytes)),
  afterAnyByte("a manifest", NEW.root.bytes.length, (bytes) => inRequest(MANIFESTS, bytes)),
  ...(
    [
      ["HEAD", BLOBS],
      ["POST", BLOBS],
      ["PUT", BLOBS],
      ["HEAD", MANIFESTS],
      ["PUT", MANIFESTS],
    ] as const
  ).map(([method, path]) =>
    afterAnyByte(`the answer to ${method} ${path.source}`, HEAD_SIZE, (bytes) =>
      inAnswer(method, path, bytes),
    ),
  ),
]);
