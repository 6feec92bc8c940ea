import { createHash } from "node:crypto";
import type { Bytes } from "../base/bytes.ts";
import { lixError } from "../errors/lix-error.ts";
import { NarHash } from "../formats/nix/nix-hash.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";

/** What a NAR must be; the lock says it. */
export type NarIdentity = Pick<PathInfo, "storePath" | "narHash" | "narSize">;

/** Passes a NAR through unchanged; the last pull throws unless size and hash are as promised. */
export async function* verified(
  source: Bytes,
  nar: NarIdentity,
  from: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    // A small download can unpack to terabytes, so the first byte too many ends it.
    if (size > nar.narSize)
      throw lixError("NAR_MISMATCH", { nar, from, got: `more than ${nar.narSize} bytes` });
    hash.update(chunk);
    yield chunk;
  }
  const actual = NarHash.fromBytes(hash.digest());
  if (size !== nar.narSize || actual !== nar.narHash)
    throw lixError("NAR_MISMATCH", { nar, from, got: `${size} bytes, ${actual}` });
}
