import { createHash } from "node:crypto";
import type { Bytes } from "../base/bytes.ts";
import { LixImageError } from "../base/errors.ts";
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
    if (size > nar.narSize) throw new NarMismatch(nar, from, `more than ${nar.narSize} bytes`);
    hash.update(chunk);
    yield chunk;
  }
  const actual = NarHash.fromBytes(hash.digest());
  if (size !== nar.narSize || actual !== nar.narHash)
    throw new NarMismatch(nar, from, `${size} bytes, ${actual}`);
}

export class NarMismatch extends LixImageError {
  readonly code = "NAR_MISMATCH";
  constructor(nar: NarIdentity, from: string, got: string) {
    super(
      `${nar.storePath} from ${from}: expected ${nar.narSize} bytes, ${nar.narHash}; got ${got}`,
      {
        hint: "the cache serves damaged data: retry, or remove it from the lock's `caches`",
      },
    );
  }
}
