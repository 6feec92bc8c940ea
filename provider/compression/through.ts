import type { Duplex } from "node:stream";
import type { Bytes } from "../base/bytes.ts";
import { DamagedCompression } from "./decompress-errors.ts";

/** Passes bytes through a Node decoder, with backpressure, errors and cleanup both ways. */
export async function* through(
  source: Bytes,
  decoder: Duplex,
  format: string,
): AsyncGenerator<Uint8Array> {
  const feeding = feed(source, decoder);
  let failure: unknown;
  try {
    // A Duplex iterates as `any`; decoders are in byte mode.
    const output: AsyncIterable<Uint8Array> = decoder;
    yield* output;
    return;
  } catch (error) {
    failure = error;
  } finally {
    decoder.destroy();
    await feeding;
  }
  throw failure instanceof SourceFailed
    ? failure.cause
    : new DamagedCompression(format, "it does not decode", failure);
}

/** Never rejects: a failing source breaks the decoder, whose reader then sees the failure. */
async function feed(source: Bytes, decoder: Duplex): Promise<void> {
  try {
    for await (const chunk of marked(source)) {
      if (decoder.destroyed) return;
      await write(decoder, chunk);
    }
    decoder.end();
  } catch (error) {
    decoder.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/**
 * Ends when the decoder has used the chunk, because its owner may use the memory again then; or when the decoder
 * closes, because a decoder that fails calls nobody back. Its reader sees what failed.
 */
const write = (decoder: Duplex, chunk: Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      decoder.off("close", done);
      resolve();
    };
    decoder.once("close", done);
    decoder.write(chunk, done);
  });

async function* marked(source: Bytes): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    throw new SourceFailed("the source failed", { cause: error });
  }
}

/** Marks a failure of the source, as opposed to one of the decoder. */
class SourceFailed extends Error {}
