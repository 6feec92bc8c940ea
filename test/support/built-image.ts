/** Images built in this process, and what is in them when their layers are laid over each other. @module */
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { extract, type Header } from "tar-stream";
import { assemble, type Assembled } from "../../provider/app/assemble.ts";
import {
  buildMissingLayers,
  type BuiltLayer,
  planWithDigests,
} from "../../provider/app/build-image.ts";
import type { Session } from "../../provider/app/session.ts";
import { parseInputs } from "./parse-inputs.ts";
import type { Bytes } from "../../provider/base/bytes.ts";
import { makeSpec } from "../../provider/arguments/spec.ts";
import type { LixImageInputs } from "../../sdk/args.ts";

export interface BuiltImage {
  readonly digest: string;
  readonly assembled: Assembled;
  /** In order. */
  readonly layers: readonly BuiltLayer[];
  /** By absolute path: kind, mode, owner, time and contents or target. */
  readonly files: () => Promise<ReadonlyMap<string, string>>;
}

/** For one system, with every blob in the session's cache. */
export async function buildImage(session: Session, args: LixImageInputs): Promise<BuiltImage> {
  const spec = makeSpec(parseInputs(args), { directory: "/", destination: "optional" });
  const imagePlan = await planWithDigests(session, spec);
  const built = await buildMissingLayers(session, imagePlan, () => true);
  const assembled = assemble(session, built);
  const layers = built.flatMap((platform) => platform.layers);
  return {
    digest: assembled.image.root.digest,
    assembled,
    layers,
    files: async () => {
      const files = new Map<string, string>();
      for (const { identity } of layers)
        await readLayer(session.cache.openBlob(identity.digest), identity.mediaType, files);
      return files;
    },
  };
}

/** Later layers replace what is there; tar-stream shows names that are not UTF-8 with U+FFFD. */
async function readLayer(blob: Bytes, mediaType: string, into: Map<string, string>): Promise<void> {
  const tar = extract();
  const decompress = mediaType.endsWith("zstd") ? createZstdDecompress() : createGunzip();
  const fed = pipeline(Readable.from(blob), decompress, tar);
  for await (const entry of tar) {
    const hash = createHash("sha256");
    for await (const chunk of entry) hash.update(chunk as Uint8Array);
    into.set(entry.header.name, describe(entry.header, hash.digest("hex")));
  }
  await fed;
}

const describe = ({ type, mode, uid, gid, mtime, linkname }: Header, sha256: string): string =>
  `${type} ${mode.toString(8)} ${uid}:${gid} ${mtime.getTime()} ${linkname ?? sha256}`;
