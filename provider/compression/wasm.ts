/**
 * The codecs that we ship as wasm. wasm/README.md says which C libraries they are.
 * @module
 */
import { readFileSync } from "node:fs";

interface Memory {
  readonly buffer: ArrayBuffer;
}

/** What all of them export: one buffer for input, one for output. */
export interface WasmCodec {
  readonly memory: Memory;
  readonly inputAddress: () => number;
  readonly inputSize: () => number;
  readonly outputAddress: () => number;
}

interface Module {
  readonly kind: "module";
}
// Only lib.dom.d.ts declares it.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => Module;
  readonly Instance: new <Exports>(module: Module) => { readonly exports: Exports };
};

/** The instances of one wasm file in this thread. `Exports` is what its C file exports. */
export class WasmPool<Exports extends WasmCodec> {
  readonly #file: URL;
  #module: Module | undefined;
  readonly #idle: Exports[] = [];

  constructor(name: "liblzma" | "libdeflate" | "zstd") {
    this.#file = new URL(`./wasm/${name}.wasm`, import.meta.url);
  }

  /** An instance with a memory of its own, to be kept or forgotten. */
  take(): Exports {
    this.#module ??= new WebAssembly.Module(readFileSync(this.#file));
    return this.#idle.pop() ?? new WebAssembly.Instance<Exports>(this.#module).exports;
  }

  /** After work that ended well. A memory never shrinks, so one that has grown large is left to the garbage collector. */
  keep(codec: Exports): void {
    if (codec.memory.buffer.byteLength <= KEPT_MEMORY) this.#idle.push(codec);
  }
}

/** Enough for xz with its usual dictionary of 8 MiB, and for zstd's level 3. */
const KEPT_MEMORY = 32 * 1024 * 1024;

/** Copies as much of `bytes` as there is room for behind the first `used` bytes; returns how much. */
export function fill(codec: WasmCodec, bytes: Uint8Array, used = 0): number {
  const size = Math.min(bytes.length, codec.inputSize() - used);
  // A view is made each time: it is gone when the memory grows.
  new Uint8Array(codec.memory.buffer, codec.inputAddress() + used, size).set(
    size === bytes.length ? bytes : bytes.subarray(0, size),
  );
  return size;
}

/** A view of the output. */
export const written = (codec: WasmCodec, size: number): Uint8Array =>
  new Uint8Array(codec.memory.buffer, codec.outputAddress(), size);
