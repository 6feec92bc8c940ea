/**
 * The small files of the cache: JSON, with a checksum of the JSON and the file's name. A note counts as
 * missing if its checksum is wrong, so a changed byte costs time but never changes an image.
 * @module
 */
import { basename, dirname } from "node:path";
import { sha256Hex } from "../base/sha256.ts";
import { readCacheFile, writeCacheFile } from "./folder.ts";
import { whoElseWrites } from "./ownership.ts";

/** Reads a note. Returns undefined if there is none, or none that we can trust. */
export async function readNote(file: string): Promise<unknown> {
  const text = await readCacheFile(file, (found) => whoElseWrites(found) === undefined);
  const [, body, checksum] = SEALED.exec(text ?? "") ?? [];
  if (body === undefined || checksum !== checksumOf(file, body)) return undefined;
  const note: unknown = JSON.parse(body);
  return note;
}

export async function writeNote(file: string, note: unknown): Promise<void> {
  const body = JSON.stringify(note);
  await writeCacheFile(file, `{"note":${body},"sha256":"${checksumOf(file, body)}"}\n`);
}

const SEALED = /^\{"note":(.*),"sha256":"([0-9a-f]{64})"\}\n$/s;

/** Covers folder and name, so that a note cannot be copied under another name. */
function checksumOf(file: string, body: string): string {
  const name = `${basename(dirname(file))}/${basename(file)}`;
  return sha256Hex(`${name}\n${body}`);
}
