/** A source tree from a tarball, as a content-addressed path of a lock. Its contents are not kept. @module */
import { createHash } from "node:crypto";
import { z } from "zod";
import { formatBytes } from "../base/format-bytes.ts";
import { measured, type Advance } from "../base/meter.ts";
import { redactUrl } from "../base/redact.ts";
import { recursivePath } from "../formats/nix/content-address.ts";
import { NarHash } from "../formats/nix/nix-hash.ts";
import { fetchTarball } from "../substituter/tarball-source.ts";
import type { AnswerCache } from "./answer-cache.ts";
import type { FetchOptions } from "./fetch-text.ts";
import type { LockedPath } from "../lock/lock.ts";

export interface TarballChoice {
  readonly url: URL;
  /** The name of the store path: `source`. */
  readonly name: string;
  /** Remembers what the URL holds, for as long as that does not change. */
  readonly answers: AnswerCache;
}

/** Reads the whole tarball: 30 to 50 MB for nixpkgs, 300 MB unpacked. */
export async function lockTarball(
  { url, name, answers }: TarballChoice,
  options: FetchOptions = {},
): Promise<LockedPath> {
  const key = `nar of ${url.href}`;
  const known = Measured.safeParse(await answers.read(key));
  const measured = known.success ? known.data : await measure(url, options);
  if (!known.success) await answers.write(key, measured);
  const narHash = NarHash.parse(measured.narHash);
  const { storePath, ca } = recursivePath(name, narHash, []);
  return {
    storePath,
    narHash,
    narSize: measured.narSize,
    references: [],
    signatures: [],
    ca,
    fetch: { tarball: url.href },
  };
}

const Measured = z.object({
  narHash: z.string().regex(/^sha256-[A-Za-z0-9+/]{43}=$/),
  narSize: z.int().min(1),
});
type Measured = z.output<typeof Measured>;

async function measure(url: URL, options: FetchOptions): Promise<Measured> {
  const hash = createHash("sha256");
  let narSize = 0;
  const advance = (): Advance => ({
    done: `${formatBytes(narSize)} unpacked and hashed`,
    waitsFor: url.host || "the disk",
    subject: redactUrl(url).replace(/.*\/(?=.)/, ""),
  });
  await measured(advance, async (meter) => {
    for await (const chunk of fetchTarball({ url: url.href, ...options })) {
      hash.update(chunk);
      narSize += chunk.length;
      meter.moved();
    }
  });
  return { narHash: NarHash.fromBytes(hash.digest()), narSize };
}
