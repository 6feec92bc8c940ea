/**
 * A thread that decodes xz streams, one after the other. The wasm decoder is xz-embedded; it handles
 * several streams in a row and padding, and fails when the input ends too early.
 * @module
 */
import { parentPort } from "node:worker_threads";
import xzDecompress from "xz-decompress";
import { CHUNKS_AHEAD, type FromWorker, type ToWorker } from "./xz-protocol.ts";

const { XzReadableStream } = xzDecompress;

if (parentPort === null) throw new Error("xz-worker.ts runs in a worker thread only");
const port = parentPort;
const send = (message: FromWorker, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

const inbox: (Uint8Array | undefined)[] = [];
let mayOutput = CHUNKS_AHEAD;
// The decoder may wait for input while its reader waits to output.
let waiting: (() => void)[] = [];
const woken = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));

port.on("message", (message: ToWorker) => {
  if (message.kind === "input") inbox.push(message.bytes);
  else if (message.kind === "input ends") inbox.push(undefined);
  else mayOutput += 1;
  const due = waiting;
  waiting = [];
  for (const resume of due) resume();
});

const source = (): ReadableStream<Uint8Array> =>
  new ReadableStream(
    {
      async pull(controller) {
        while (inbox.length === 0) await woken();
        const bytes = inbox.shift();
        if (bytes === undefined) controller.close();
        else {
          controller.enqueue(bytes);
          send({ kind: "input taken" });
        }
      },
    },
    { highWaterMark: 0 },
  );

async function decodeOne(): Promise<void> {
  mayOutput = CHUNKS_AHEAD;
  for await (const bytes of new XzReadableStream(source())) {
    if (bytes.length === 0) continue;
    while (mayOutput === 0) await woken();
    mayOutput -= 1;
    // The decoder cut it from its memory as an array of its own, which may go to the reader as it is.
    const { buffer, byteOffset, length } = bytes;
    if (!(buffer instanceof ArrayBuffer))
      throw new TypeError("shared memory cannot be transferred");
    send({ kind: "output", bytes: new Uint8Array(buffer, byteOffset, length) }, [buffer]);
  }
  send({ kind: "output ends" });
}

for (;;) {
  while (inbox.length === 0) await woken();
  try {
    await decodeOne();
  } catch (error) {
    send({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
    // The main thread ends this thread then: a decoder that failed is not used again.
    await new Promise(() => {});
  }
}
