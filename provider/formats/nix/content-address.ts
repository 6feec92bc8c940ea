/**
 * Content-addressed store paths: the path follows from the contents, so it needs no signature.
 *
 * ```
 * ca   = "text:sha256:" digest | "fixed:" [ "r:" ] algorithm ":" digest
 * path = "/nix/store/" nix32(compressed sha256(pre)) "-" name
 * pre  = type ":sha256:" hex ":/nix/store:" name
 * ```
 * @see https://nix.dev/manual/nix/latest/protocols/store-path
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { lixError } from "../../errors/lix-error.ts";
import { decodeDigest, NarHash } from "./nix-hash.ts";
import { nixbase32 } from "./nixbase32.ts";
import type { PathInfo } from "./path-info.ts";
import { STORE_DIR, StorePath } from "./store-path.ts";

export interface ContentAddressed {
  readonly storePath: StorePath;
  readonly ca: string;
}

/** A file as `builtins.toFile` adds it: flat, not executable, never referring to itself. */
export function textPath(
  name: string,
  contents: Uint8Array,
  references: readonly StorePath[],
): ContentAddressed {
  const digest = sha256(contents);
  return {
    storePath: makePath(withReferences("text", references), digest, name),
    ca: `text:sha256:${nixbase32.encode(digest)}`,
  };
}

/** A tree as `nix store add` adds it, addressed by its NAR; not referring to itself. */
export function recursivePath(
  name: string,
  narHash: NarHash,
  references: readonly StorePath[],
): ContentAddressed {
  return {
    storePath: makePath(withReferences("source", references), NarHash.toBytes(narHash), name),
    ca: `fixed:r:${NarHash.toNix32(narHash)}`,
  };
}

type Algorithm = keyof typeof DIGEST_SIZES;
const DIGEST_SIZES = { md5: 16, sha1: 20, sha256: 32, sha512: 64 };

export interface ContentAddress {
  /** What is hashed: a file's contents ("text" for `text:`), or the NAR. */
  readonly method: "text" | "flat" | "recursive";
  readonly algorithm: Algorithm;
  readonly digest: Uint8Array;
}

export const ContentAddress = {
  parse(text: string): ContentAddress {
    const [, kind, algorithm = "", digits = ""] =
      /^(text|fixed|fixed:r):(md5|sha1|sha256|sha512):([^:]*)$/.exec(text) ?? [];
    if (!isAlgorithm(algorithm) || (kind === "text" && algorithm !== "sha256"))
      throw lixError("INVALID_CONTENT_ADDRESS", { text });
    const digest = decodeDigest(digits, DIGEST_SIZES[algorithm]);
    if (digest === undefined) throw lixError("INVALID_CONTENT_ADDRESS", { text });
    const method = kind === "text" ? "text" : kind === "fixed" ? "flat" : "recursive";
    return { method, algorithm, digest };
  },
};

/**
 * Recomputes the path from its `ca`, and where the NAR hash proves the contents too, compares it.
 * "needs contents": `verifyContentAddress` must see the NAR. A path without `ca` is not for here.
 */
export function checkContentAddress(info: PathInfo): "proved" | "needs contents" {
  if (info.ca === undefined)
    throw lixError("CONTENT_ADDRESS_MISMATCH", {
      storePath: info.storePath,
      ca: info.ca,
      problem: "it has none",
    });
  const ca = ContentAddress.parse(info.ca);
  const computed = pathOf(ca, info);
  if (computed !== info.storePath)
    throw lixError("CONTENT_ADDRESS_MISMATCH", {
      storePath: info.storePath,
      ca: info.ca,
      problem: `its content address makes ${computed}`,
    });
  if (ca.method !== "recursive" || ca.algorithm !== "sha256") return "needs contents";
  if (info.references.includes(info.storePath)) return "needs contents";
  const narHash = NarHash.fromBytes(ca.digest);
  if (narHash !== info.narHash)
    throw lixError("CONTENT_ADDRESS_MISMATCH", {
      storePath: info.storePath,
      ca: info.ca,
      problem: `it promises the NAR hash ${narHash}, not ${info.narHash}`,
    });
  return "proved";
}

function pathOf(ca: ContentAddress, info: PathInfo): StorePath {
  const name = StorePath.name(info.storePath);
  const others = info.references.filter((path) => path !== info.storePath);
  const self = others.length < info.references.length;
  if (ca.method === "text") {
    if (self)
      throw lixError("CONTENT_ADDRESS_MISMATCH", {
        storePath: info.storePath,
        ca: info.ca,
        problem: "a text cannot refer to itself",
      });
    return makePath(withReferences("text", others), ca.digest, name);
  }
  if (ca.method === "recursive" && ca.algorithm === "sha256") {
    const type = withReferences("source", others);
    return makePath(self ? `${type}:self` : type, ca.digest, name);
  }
  if (info.references.length > 0)
    throw lixError("CONTENT_ADDRESS_MISMATCH", {
      storePath: info.storePath,
      ca: info.ca,
      problem: "this kind cannot have references",
    });
  const kind = ca.method === "recursive" ? "r:" : "";
  const inner = `fixed:out:${kind}${ca.algorithm}:${Buffer.from(ca.digest).toString("hex")}:`;
  return makePath("output:out", sha256(utf8ToBytes(inner)), name);
}

const withReferences = (type: string, references: readonly StorePath[]): string =>
  [type, ...[...new Set(references)].sort(StorePath.compare)].join(":");

function makePath(type: string, inner: Uint8Array, name: string): StorePath {
  const hex = Buffer.from(inner).toString("hex");
  const digest = sha256(utf8ToBytes(`${type}:sha256:${hex}:${STORE_DIR}:${name}`));
  // The digest's bytes folded onto twenty.
  const folded = new Uint8Array(20);
  digest.forEach((byte, i) => (folded[i % 20] = (folded[i % 20] ?? 0) ^ byte));
  return StorePath.fromBaseName(`${nixbase32.encode(folded)}-${name}`);
}

const isAlgorithm = (text: string): text is Algorithm => Object.hasOwn(DIGEST_SIZES, text);
