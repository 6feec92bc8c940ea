import { createHash } from "node:crypto";
import { Bytes } from "../../base/bytes.ts";
import { LixImageError } from "../../base/errors.ts";
import type { Digest } from "./digest.ts";
import type { Blob } from "./layer.ts";

export interface BlobIdentity {
  readonly digest: Digest;
  /** Undefined if only the digest is known. */
  readonly size?: number | undefined;
}

/**
 * Passes a blob through unchanged and throws unless size and digest are as promised. The last chunk
 * is held back until they are known, so a reader never has the whole of a wrong blob.
 */
export async function* verifiedBlob(
  source: Bytes,
  blob: BlobIdentity,
  /** Where the bytes come from, for the message. */
  from: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let size = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of source) {
    size += chunk.length;
    if (blob.size !== undefined && size > blob.size)
      throw new BlobMismatch(from, blob, `more than ${blob.size} bytes`);
    hash.update(chunk);
    if (held !== undefined) yield held;
    held = chunk;
  }
  const digest = `sha256:${hash.digest("hex")}`;
  if (digest !== blob.digest || (blob.size !== undefined && size !== blob.size))
    throw new BlobMismatch(from, blob, `${size} bytes, ${digest}`);
  if (held !== undefined) yield held;
}

/**
 * The blob's bytes, for a reader that has used a chunk before it requests two more. Each byte is hashed once: what
 * comes through buffers, the local cache compares with its digest.
 */
export function openVerified(blob: Blob, from: string): Bytes {
  const source = blob.open();
  const buffered = Bytes.buffered(source);
  return buffered === source ? verifiedBlob(source, blob, from) : buffered;
}

export class BlobMismatch extends LixImageError {
  readonly code = "BLOB_MISMATCH";
  constructor(from: string, blob: BlobIdentity, got: string) {
    const size = blob.size === undefined ? "" : `${blob.size} bytes, `;
    super(`${from}: expected ${size}${blob.digest}; got ${got}`, {
      hint: "the bytes are damaged where they came from; nothing of them was published",
    });
  }
}
