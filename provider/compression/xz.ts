/**
 * xz, off the main thread: by `@napi-rs/lzma` where the user has installed it (it also knows
 * filters and large dictionaries), else by wasm in worker threads.
 * @module
 */
import type { Duplex } from "node:stream";
import type { Bytes } from "../base/bytes.ts";
import { through } from "./through.ts";
import { unxzInWorker } from "./xz-in-worker.ts";

export async function* unxz(source: Bytes): AsyncGenerator<Uint8Array> {
  const native = await (search ??= findNativeDecoder());
  if (native === undefined) yield* unxzInWorker(source);
  else yield* through(source, native(), "xz");
}

type NativeDecoder = () => Duplex;
let search: Promise<NativeDecoder | undefined> | undefined;

/** Not a dependency of ours, so neither its absence nor a binary that does not load is an error. */
async function findNativeDecoder(): Promise<NativeDecoder | undefined> {
  // A name that TypeScript does not look up.
  const name: string = "@napi-rs/lzma/xz";
  try {
    const module: { createDecompressStream?: NativeDecoder } = await import(name);
    return module.createDecompressStream;
  } catch {
    return undefined;
  }
}
