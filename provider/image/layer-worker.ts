/**
 * A thread that packs layers, one after the other: it decodes, checks and lists NARs, writes the tar,
 * hashes, compresses, and writes the blob. The main thread fetches the NARs.
 * @module
 */
import { writeSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { Bytes } from "../base/bytes.ts";
import { sendError } from "../base/sent-error.ts";
import { packLayer } from "../formats/layer/blob.ts";
import { narItem } from "../formats/layer/entries.ts";
import { layerTar, type OpenNar } from "../formats/layer/layer-tar.ts";
import type { NarEvent } from "../formats/nix/nar-event.ts";
import {
  PARTS_TAKEN,
  type FromLayerThread,
  type LayerOrder,
  type NarOrder,
  type ToLayerThread,
} from "./layer-messages.ts";
import { NarFault, readStoredNar } from "./read-stored-nar.ts";

if (parentPort === null) throw new Error("layer-worker.ts runs in a worker thread only");
const port = parentPort;
const send = (message: FromLayerThread): void => port.postMessage(message);

const inbox: ToLayerThread[] = [];
let wake = (): void => {};
port.on("message", (message: ToLayerThread) => {
  inbox.push(message);
  wake();
});

async function next<Kind extends ToLayerThread["kind"]>(
  ...kinds: readonly Kind[]
): Promise<Extract<ToLayerThread, { kind: Kind }>> {
  let message;
  while ((message = inbox.shift()) === undefined)
    await new Promise<void>((resolve) => (wake = resolve));
  if (!isOneOf(message, kinds))
    throw new TypeError(`expected ${kinds.join()}; got ${message.kind}`);
  return message;
}

const isOneOf = <Kind extends ToLayerThread["kind"]>(
  message: ToLayerThread,
  kinds: readonly Kind[],
): message is Extract<ToLayerThread, { kind: Kind }> => kinds.some((kind) => kind === message.kind);

async function pack({ root, compression, fd }: LayerOrder): Promise<void> {
  const openNar: OpenNar = async function* (leaf) {
    yield* readNext(await next("nar"), (event) => narItem(leaf, event));
  };
  const identity = await packLayer(layerTar(root, openNar), compression, async (chunk) => {
    for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at);
  });
  send({ kind: "layer packed", identity });
}

async function* readNext<T>(
  order: NarOrder,
  use: (event: NarEvent) => T,
): AsyncGenerator<readonly T[], void> {
  let read = 0;
  let taken = 0;
  let isLast = false;
  const parts = async function* (): AsyncGenerator<Uint8Array, void> {
    while (!isLast) {
      const part = await next("part");
      isLast = part.isLast;
      try {
        yield part.bytes;
      } finally {
        Bytes.free(part.bytes);
        taken += 1;
        if (taken === PARTS_TAKEN && !isLast) {
          send({ kind: "taken", parts: taken, read });
          taken = 0;
        }
      }
    }
  };
  const stored = { ...order, bytes: parts() };
  const listing = yield* readStoredNar(stored, use, (count) => (read = count));
  // A decoder may leave bytes after the end of what it decodes.
  for await (const _ of parts()) continue;
  send({ kind: "nar read", listing });
}

for (;;)
  try {
    const order = await next("layer", "nar");
    if (order.kind === "layer") await pack(order);
    else for await (const _ of readNext(order, () => undefined)) continue;
  } catch (error) {
    const [blame, reason] =
      error instanceof NarFault ? ["nar" as const, error.cause] : ["layer" as const, error];
    send({ kind: "failed", error: sendError(reason), blame });
    // The main thread then ends this thread, so what is left in its inbox does not matter.
    await new Promise(() => {});
  }
