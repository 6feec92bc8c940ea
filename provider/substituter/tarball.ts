/**
 * A tarball as Nix's fetchTarball takes it: unpacked, without its one top folder, as a NAR.
 * @module
 */
import { BUDGETS, requireWithin } from "../base/budgets.ts";
import { ByteString } from "../base/byte-string.ts";
import type { Bytes } from "../base/bytes.ts";
import { encodeNar } from "../formats/nix/nar-encoder.ts";
import { readTar } from "../formats/tar/read-tar.ts";
import { decompress } from "../compression/decompress.ts";
import { lixError } from "../errors/lix-error.ts";
import { Spool } from "./spool.ts";
import {
  emptyDirectory,
  UnsafeArchiveEntry,
  unpack,
  unpackedEvents,
  type UnpackedDirectory,
} from "./unpacked.ts";

export interface TarballOptions {
  /** Names the tarball in messages: its redacted URL. */
  readonly label: string;
  /** How many bytes it may unpack to. Default: BUDGETS.unpackedBytes. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The NAR, after the whole tarball has been read: a NAR is sorted, a tar is not. Contents wait in a
 * temporary file; memory holds names only. Throws TARBALL_UNUSABLE, TarMalformed, DamagedCompression,
 * UnsupportedCompression.
 */
export async function* narOfTarball(
  source: Bytes,
  options: TarballOptions,
): AsyncGenerator<Uint8Array> {
  const spool = await Spool.open();
  try {
    const root = await unpackAll(source, spool, options);
    for await (const chunk of encodeNar(unpackedEvents(onlyFolder(root, options.label), spool))) {
      options.signal?.throwIfAborted();
      yield chunk;
    }
  } finally {
    await spool.close();
  }
}

// Even an empty file costs about this much memory.
const NODE_COST = 256;

async function unpackAll(
  source: Bytes,
  spool: Spool,
  { label, limit = Infinity, signal }: TarballOptions,
): Promise<UnpackedDirectory> {
  const root = emptyDirectory();
  const most = Math.min(limit, BUDGETS.unpackedBytes.most);
  let nodes = 0;
  // What the NAR holds in addition: a file once more for each further name.
  let linkedBytes = 0;
  try {
    // By its first bytes: the end of a URL says little.
    for await (const event of readTar(decompress(source, "none"), label)) {
      signal?.throwIfAborted();
      if (event.kind === "contents") await spool.add(event.bytes);
      else {
        const growth = unpack(event, root, spool.size);
        linkedBytes += growth.linkedBytes;
        requireWithin("unpackedNodes", (nodes += growth.nodes), label);
      }
      if (spool.size + linkedBytes + nodes * NODE_COST > most)
        throw lixError("TARBALL_UNUSABLE", {
          label,
          got: `more than the ${most} bytes that it may unpack to`,
        });
    }
    await spool.flush();
    return root;
  } catch (error) {
    throw error instanceof UnsafeArchiveEntry
      ? lixError("TARBALL_UNUSABLE", { label, got: error.message })
      : error;
  }
}

function onlyFolder(root: UnpackedDirectory, label: string): UnpackedDirectory {
  const [[, only] = [], ...others] = root.entries;
  if (only?.kind === "directory" && others.length === 0) return only;
  const names = [...root.entries.keys()].map(ByteString.toText).sort();
  const some = names.slice(0, 5).join(", ") + (names.length > 5 ? ", …" : "");
  throw lixError("TARBALL_UNUSABLE", { label, got: names.length === 0 ? "nothing" : some });
}
