/** NARs out of caches, decompressed. @module */
import { Bytes } from "../../provider/base/bytes.ts";
import { decompress } from "../../provider/compression/decompress.ts";
import type { NarInfo } from "../../provider/formats/nix/narinfo.ts";
import type { NarSource } from "../../provider/substituter/chain.ts";
import type { Substituter } from "../../provider/substituter/substituter.ts";
import type { LockedNar } from "../../provider/substituter/supplier.ts";
import { verified } from "../../provider/substituter/verified.ts";

/** From the first cache that can supply it, verified. */
export const openNar = (
  source: NarSource,
  info: LockedNar,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> =>
  source.read(
    info,
    ({ bytes, compression }, nar, from) => verified(decompress(bytes, compression), nar, from),
    signal,
  );

/** From this cache, not verified. */
export const narOf = async (cache: Substituter, info: NarInfo): Promise<Buffer> =>
  Buffer.from(await Bytes.collect(decompress(cache.openNar(info), info.compression)));
