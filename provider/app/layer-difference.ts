/**
 * Which files of two layers differ, for a user who sees two different diffIds.
 * @module
 */
import { createHash } from "node:crypto";
import { extract, type Header } from "tar-stream";
import type { Bytes } from "../base/bytes.ts";
import { requireWithin } from "../base/budgets.ts";
import { LixImageError } from "../base/errors.ts";
import { lixError } from "../errors/lix-error.ts";
import { decompress } from "../compression/decompress.ts";
import { boundedExpansion } from "../compression/expansion.ts";

/** One line a file; compressed or not. */
export async function layerDifference(expected: Bytes, got: Bytes): Promise<string[]> {
  const ours = await listLayer(expected);
  const theirs = await listLayer(got);
  const names = [...new Set([...ours.keys(), ...theirs.keys()])].sort();
  return names.flatMap((name) => {
    const [mine, other] = [ours.get(name), theirs.get(name)];
    if (mine === other) return [];
    if (other === undefined) return [`${name} is missing`];
    if (mine === undefined) return [`${name} should not be there (${other})`];
    return [`${name}: expected ${mine}; got ${other}`];
  });
}

const LAYER = "a layer";

/** By path, a description of the file. */
async function listLayer(blob: Bytes): Promise<ReadonlyMap<string, string>> {
  const entries = new Map<string, string>();
  const tar = extract();
  const plain = boundedExpansion(blob, LAYER, (bytes) => decompress(bytes, "none"));
  const fed = feed(plain, tar);
  let nameBytes = 0;
  try {
    for await (const entry of tar) {
      const { name, linkname } = entry.header;
      requireWithin("tarEntries", entries.size + 1, LAYER);
      requireWithin("tarHeaderBytes", (nameBytes += name.length + (linkname?.length ?? 0)), LAYER);
      const hash = createHash("sha256");
      for await (const chunk of entry) if (chunk instanceof Uint8Array) hash.update(chunk);
      entries.set(name, describeEntry(entry.header, hash.digest("hex")));
    }
  } catch (error) {
    if (error instanceof LixImageError) throw error;
    throw lixError("LAYER_UNDECODABLE", { from: LAYER, mediaType: "a tar" }, { cause: error });
  }
  await fed;
  return entries;
}

function describeEntry(header: Header, sha256: string): string {
  const { type, size, linkname, mode, uid, gid, mtime } = header;
  const what =
    type === "symlink"
      ? `link to ${linkname}`
      : type === "file"
        ? `file of ${size} bytes, sha256 ${sha256}`
        : type;
  const bits = mode.toString(8).padStart(4, "0");
  return `${what}, mode ${bits}, owner ${uid}:${gid}, mtime ${mtime.getTime() / 1000}`;
}

async function feed(source: Bytes, tar: ReturnType<typeof extract>): Promise<void> {
  try {
    for await (const chunk of source)
      if (!tar.write(Buffer.from(chunk)))
        await new Promise<void>((go) => {
          tar.once("drain", () => go());
          tar.once("close", () => go());
        });
    tar.end(undefined);
  } catch (error) {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}
