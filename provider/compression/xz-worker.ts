/** A thread that decodes .xz files, one after the other. @module */
import { parentPort } from "node:worker_threads";
import { DamagedCompression, UnsupportedCompression } from "./decompress-errors.ts";
import { xzDecoder } from "./xz-decoder.ts";
import { CHUNKS_AHEAD, type FromWorker, type ToWorker } from "./xz-protocol.ts";

if (parentPort === null) throw new Error("xz-worker.ts runs in a worker thread only");
const port = parentPort;
const send = (message: FromWorker, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

const inbox: (Uint8Array | undefined)[] = [];
let mayOutput = CHUNKS_AHEAD;
let wake = (): void => {};
const woken = (): Promise<void> => new Promise((resolve) => (wake = resolve));

port.on("message", (message: ToWorker) => {
  if (message.kind === "input") inbox.push(message.bytes);
  else if (message.kind === "input ends") inbox.push(undefined);
  else mayOutput += 1;
  wake();
});

async function nextInput(): Promise<Uint8Array | undefined> {
  while (inbox.length === 0) await woken();
  return inbox.shift();
}

async function decodeOne(): Promise<void> {
  mayOutput = CHUNKS_AHEAD;
  const first = await nextInput();
  const decoder = xzDecoder();
  for (let input = first; input !== undefined; input = await nextInput()) {
    for (const piece of decoder.push(input)) {
      while (mayOutput === 0) await woken();
      mayOutput -= 1;
      const bytes = piece.slice();
      send({ kind: "output", bytes }, [bytes.buffer]);
    }
    send({ kind: "input taken" });
  }
  for (const _ of decoder.end());
  send({ kind: "output ends" });
}

for (;;) {
  try {
    await decodeOne();
  } catch (error) {
    if (error instanceof DamagedCompression) send({ kind: "damaged", problem: error.problem });
    else if (error instanceof UnsupportedCompression)
      send({ kind: "unsupported", what: error.what, hint: error.hint });
    else throw error;
    // The main thread ends this thread then: a decoder that failed is not used again.
    await new Promise(() => {});
  }
}
