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
// lib.dom.d.ts alone declares it.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => Module;
  readonly Instance: new <Exports>(module: Module) => { readonly exports: Exports };
};

const modules = new Map<string, Module>();

/** A codec of its own, with its own memory. `Exports` is what the C file of that name exports. */
export function instantiate<Exports extends WasmCodec>(
  name: "liblzma" | "libdeflate" | "zstd",
): Exports {
  let module = modules.get(name);
  if (module === undefined) {
    module = new WebAssembly.Module(readFileSync(new URL(`./wasm/${name}.wasm`, import.meta.url)));
    modules.set(name, module);
  }
  return new WebAssembly.Instance<Exports>(module).exports;
}

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
