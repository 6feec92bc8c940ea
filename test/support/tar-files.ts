/** The files of a tar, as another library reads them. @module */
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { extract } from "tar-stream";
import type { Bytes } from "../../provider/base/bytes.ts";

/** By name, in order. */
export async function tarFiles(
  archive: Bytes | Iterable<Uint8Array>,
): Promise<ReadonlyMap<string, Buffer>> {
  const tar = extract();
  const fed = pipeline(Readable.from(archive), tar);
  const files = new Map<string, Buffer>();
  for await (const entry of tar) files.set(entry.header.name, await buffer(entry));
  await fed;
  return files;
}
