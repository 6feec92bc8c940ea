/** .xz as a stream: decoded in the thread that reads it, which for NARs is one that packs layers. @module */
import type { Bytes } from "../base/bytes.ts";
import type { Codec } from "./codec.ts";
import { xzDecoder } from "./xz-decoder.ts";

export async function* unxz(source: Bytes): AsyncGenerator<Uint8Array> {
  let decoder: Codec | undefined;
  for await (const chunk of source) {
    decoder ??= xzDecoder();
    for (const piece of decoder.push(chunk)) yield piece.slice();
  }
  for (const piece of (decoder ?? xzDecoder()).end()) yield piece.slice();
}
