/**
 * zstd of any number of frames. Node 22 and 24 drop all frames after the first, or take cut ones
 * for whole, without an error (nodejs/node #64741, #64592), so each frame gets a decoder of its own.
 * @module
 */
import { constants, createZstdDecompress } from "node:zlib";
import type { Bytes } from "../base/bytes.ts";
import { DamagedCompression } from "./decompress-errors.ts";
import { Peekable } from "./peekable.ts";
import { through } from "./through.ts";
import { isSkippableMagic, zstdFrame } from "./zstd-frame.ts";

const CHUNK = 256 * 1024;
// In a row, skippable ones among them. Each costs time, and compressors make one or two.
const MOST_EMPTY_FRAMES = 1000;

export async function* unzstd(source: Bytes): AsyncGenerator<Uint8Array> {
  const input = new Peekable(source);
  let empty = 0;
  try {
    for (let magic; (magic = await input.peek(4)).length > 0;) {
      const frame = oneFrame(input);
      empty += 1;
      if (isSkippable(magic)) await drain(frame);
      else
        for await (const chunk of through(frame, decoder(), "zstd")) {
          empty = 0;
          yield chunk;
        }
      if (empty > MOST_EMPTY_FRAMES)
        throw new DamagedCompression(
          "zstd",
          `more than ${MOST_EMPTY_FRAMES} empty frames in a row`,
        );
    }
  } finally {
    await input.close();
  }
}

// Window log 31 is the format's limit; zstd-frame.ts has refused what would take too much memory.
const decoder = (): ReturnType<typeof createZstdDecompress> =>
  createZstdDecompress({ chunkSize: CHUNK, params: { [constants.ZSTD_d_windowLogMax]: 31 } });

const isSkippable = (magic: Uint8Array): boolean =>
  magic.length === 4 && isSkippableMagic(Buffer.from(magic).readUInt32LE());

/** The bytes of the next frame; what follows stays in `input`. */
async function* oneFrame(input: Peekable): AsyncGenerator<Uint8Array> {
  const frame = zstdFrame();
  const seen: number[] = [];
  let step = frame.next();
  let left = 0;
  while (step.done !== true) {
    const chunk = await input.take();
    if (chunk === undefined)
      throw new DamagedCompression("zstd", "it ends in the middle of a frame");
    let at = 0;
    while (step.done !== true) {
      if ("pass" in step.value) {
        const passed = Math.min(left || step.value.pass, chunk.length - at);
        left = (left || step.value.pass) - passed;
        at += passed;
        if (left > 0) break;
        step = frame.next();
      } else {
        while (seen.length < step.value.see && at < chunk.length) seen.push(chunk[at++] ?? 0);
        if (seen.length < step.value.see) break;
        step = frame.next(Uint8Array.from(seen.splice(0)));
      }
    }
    if (at < chunk.length) input.untake(chunk.subarray(at));
    if (at > 0) yield chunk.subarray(0, at);
  }
}

async function drain(source: Bytes): Promise<void> {
  for await (const _ of source);
}
