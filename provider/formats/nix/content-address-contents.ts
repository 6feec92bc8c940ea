/**
 * Compares a NAR that streams by with its path's content address, where the NAR hash alone does not
 * prove it: texts, flat files, other algorithms than sha256, and paths that refer to themselves.
 * @module
 */
import { createHash } from "node:crypto";
import type { Bytes } from "../../base/bytes.ts";
import { lixError } from "../../errors/lix-error.ts";
import { checkContentAddress, ContentAddress } from "./content-address.ts";
import type { NarEvent } from "./nar-event.ts";
import { NarParser } from "./nar-reader.ts";
import type { PathInfo } from "./path-info.ts";
import { StorePath } from "./store-path.ts";

/** What hashes a NAR in some way of its own. */
interface NarHasher {
  readonly add: (chunk: Uint8Array) => void;
  readonly digest: () => Uint8Array;
}

/** Passes a NAR through unchanged; the last pull throws unless it is what the path's `ca` promises. */
export async function* verifyContentAddress(
  source: Bytes,
  info: PathInfo,
): AsyncGenerator<Uint8Array> {
  if (info.ca === undefined || checkContentAddress(info) === "proved") {
    yield* source;
    return;
  }
  const ca = ContentAddress.parse(info.ca);
  const hasher = hasherFor(ca, info);
  for await (const chunk of source) {
    hasher.add(chunk);
    yield chunk;
  }
  const digest = Buffer.from(hasher.digest());
  if (!digest.equals(ca.digest))
    throw lixError("CONTENT_ADDRESS_MISMATCH", {
      storePath: info.storePath,
      ca: info.ca,
      problem: `its contents have ${ca.algorithm} ${digest.toString("hex")}`,
    });
}

function hasherFor({ method, algorithm }: ContentAddress, info: PathInfo): NarHasher {
  if (method !== "recursive") return fileHasher(algorithm, info);
  if (info.references.includes(info.storePath))
    return moduloHasher(algorithm, StorePath.hashPart(info.storePath));
  const hash = createHash(algorithm);
  return { add: (chunk) => hash.update(chunk), digest: () => hash.digest() };
}

/** Hashes the contents of the only file that the NAR may hold. */
function fileHasher(algorithm: string, info: PathInfo): NarHasher {
  const hash = createHash(algorithm);
  const parser = new NarParser();
  const look = (event: NarEvent): void => {
    if (event.kind === "contents") hash.update(event.bytes);
    else if (event.kind !== "regular")
      throw lixError("CONTENT_ADDRESS_MISMATCH", {
        storePath: info.storePath,
        ca: info.ca,
        problem: `expected a file; got a ${event.kind}`,
      });
  };
  return {
    add: (chunk) => {
      for (const event of parser.push(chunk)) look(event);
    },
    digest: () => {
      parser.finish();
      return hash.digest();
    },
  };
}

/**
 * Hashes a NAR modulo its own hash part: each occurrence is hashed as NULs, and the offsets of all of
 * them follow as `|<decimal>` each (Nix's HashModuloSink).
 */
export function moduloHasher(algorithm: string, hashPart: string): NarHasher {
  const hash = createHash(algorithm);
  const offsets: number[] = [];
  // One byte less than an occurrence may be continued by the next chunk.
  let held: Buffer = Buffer.alloc(0);
  let base = 0;
  return {
    add: (chunk) => {
      const bytes = Buffer.concat([held, chunk]);
      for (let at = bytes.indexOf(hashPart, 0, "latin1"); at >= 0;) {
        offsets.push(base + at);
        bytes.fill(0, at, at + hashPart.length);
        at = bytes.indexOf(hashPart, at + hashPart.length, "latin1");
      }
      const done = Math.max(bytes.length - hashPart.length + 1, 0);
      hash.update(bytes.subarray(0, done));
      held = bytes.subarray(done);
      base += done;
    },
    digest: () => {
      hash.update(held);
      for (const offset of offsets) hash.update(`|${offset}`);
      return hash.digest();
    },
  };
}
