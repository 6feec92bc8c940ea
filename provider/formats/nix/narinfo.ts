/**
 * `.narinfo` files: what a binary cache says about a store path, in lines `Key: value\n`. The fields are
 * grouped by who vouches for them: a signature, the derivation, or nobody but the cache.
 * @see https://nix.dev/manual/nix/latest/protocols/json/store-object-info
 * @module
 */
import { lixError } from "../../errors/lix-error.ts";
import { InvalidNarHash, NarHash } from "./nix-hash.ts";
import type { DerivationFields, PathInfo, Proofs, SignedFields } from "./path-info.ts";
import { InvalidStorePath, StorePath } from "./store-path.ts";

/** The cache's own word on the file that it serves. Nothing proves it: the NAR hash decides. */
export interface UnverifiedFields {
  /** Absolute, or relative to the cache's root; may have a query (harmonia). */
  readonly url: string;
  /** As the cache names it, which need not be true; "bzip2" if the cache does not say. */
  readonly compression: string;
  /** Bytes to download. A hint: Nix never checks it. */
  readonly fileSize?: number | undefined;
  /** Hash of the download in any spelling. A hint: Nix never checks it. */
  readonly fileHash?: string | undefined;
}

export interface NarInfo extends PathInfo, UnverifiedFields {}

export const NarInfo = {
  /** Refuses what Lix refuses, and an answer about another path than `expected`. */
  parse(text: string, expected?: StorePath): NarInfo {
    const subject = expected === undefined ? "narinfo" : `narinfo of ${expected}`;
    if (!/^[A-Za-z][A-Za-z0-9_-]*:/.test(text)) throw lixError("NOT_A_NARINFO", { subject, text });
    try {
      const info = fromFields(fieldsOf(text));
      if (expected !== undefined && info.storePath !== expected)
        throw new Corrupt(`is about another path: ${info.storePath}`);
      return info;
    } catch (error) {
      if (error instanceof Corrupt)
        throw lixError("NARINFO_MALFORMED", { subject, problem: error.message });
      if (error instanceof InvalidStorePath || error instanceof InvalidNarHash)
        throw lixError("NARINFO_MALFORMED", { subject, problem: error.message }, { cause: error });
      throw error;
    }
  },

  /** In the order and spelling of Nix. */
  format(info: NarInfo): string {
    const line = (key: string, value: string | number | undefined): string =>
      value === undefined ? "" : `${key}: ${value}\n`;
    return [
      line("StorePath", info.storePath),
      line("URL", info.url),
      line("Compression", info.compression),
      line("FileHash", info.fileHash),
      line("FileSize", info.fileSize),
      line("NarHash", NarHash.toNix32(info.narHash)),
      line("NarSize", info.narSize),
      line("References", info.references.map((path) => StorePath.baseName(path)).join(" ")),
      line("Deriver", info.deriver),
      ...info.signatures.map((signature) => line("Sig", signature)),
      line("CA", info.ca),
    ].join("");
  },
};

const KNOWN = new Set([
  ...["StorePath", "URL", "Compression", "FileHash", "FileSize", "NarHash", "NarSize"],
  ...["References", "Deriver", "Sig", "CA"],
]);

/** Values by key, in file order; only Sig may be there more than once. */
type Fields = ReadonlyMap<string, readonly string[]>;

function fieldsOf(text: string): Fields {
  if (!text.endsWith("\n")) throw new Corrupt("ends without a newline: it may be cut off");
  if (text.includes("\r")) throw new Corrupt("has a carriage return");
  const fields = new Map<string, string[]>();
  for (const line of text.slice(0, -1).split("\n")) {
    const colon = line.indexOf(":");
    if (colon < 0) throw new Corrupt(`has a line without a colon: ${quote(line)}`);
    const key = line.slice(0, colon);
    if (!KNOWN.has(key)) continue;
    // Lix skips one character after the colon without looking at it; we look.
    const blank = line.charAt(colon + 1);
    if (blank !== " " && blank !== "") throw new Corrupt(`has no blank after "${key}:"`);
    const values = fields.get(key);
    if (values === undefined) fields.set(key, [line.slice(colon + 2)]);
    else if (key === "Sig") values.push(line.slice(colon + 2));
    else throw new Corrupt(`has ${key} twice`);
  }
  return fields;
}

const fromFields = (fields: Fields): NarInfo => ({
  ...signedFields(fields),
  ...proofs(fields),
  ...derivationFields(fields),
  ...unverifiedFields(fields),
});

const signedFields = (fields: Fields): SignedFields => ({
  storePath: StorePath.parse(required(fields, "StorePath")),
  narHash: NarHash.parse(required(fields, "NarHash")),
  narSize: parseSize("NarSize", required(fields, "NarSize")),
  // harmonia leaves the line out where it would be empty.
  references: parseReferences(optional(fields, "References") ?? ""),
});

function proofs(fields: Fields): Proofs {
  const ca = optional(fields, "CA");
  return {
    signatures: (fields.get("Sig") ?? []).filter((signature) => signature !== ""),
    ...(ca === undefined ? {} : { ca }),
  };
}

function derivationFields(fields: Fields): DerivationFields {
  const deriver = optional(fields, "Deriver");
  if (deriver === undefined || deriver === "unknown-deriver") return {};
  return { deriver: StorePath.baseName(StorePath.fromBaseName(deriver)) };
}

function unverifiedFields(fields: Fields): UnverifiedFields {
  const fileSize = optional(fields, "FileSize");
  const fileHash = optional(fields, "FileHash");
  return {
    url: required(fields, "URL"),
    // Caches of before 2016 are older than the field itself.
    compression: optional(fields, "Compression") ?? "bzip2",
    // Some caches write 0 for "not known".
    ...(fileSize === undefined || fileSize === "0"
      ? {}
      : { fileSize: parseSize("FileSize", fileSize) }),
    ...(fileHash === undefined ? {} : { fileHash }),
  };
}

const optional = (fields: Fields, key: string): string | undefined =>
  fields.get(key)?.[0] || undefined;

function required(fields: Fields, key: string): string {
  const value = optional(fields, key);
  if (value === undefined) throw new Corrupt(`has no ${key}`);
  return value;
}

function parseSize(key: string, text: string): number {
  const size = /^\d{1,16}$/.test(text) ? Number(text) : 0;
  if (size === 0 || !Number.isSafeInteger(size)) throw new Corrupt(`has ${key} ${quote(text)}`);
  return size;
}

function parseReferences(text: string): readonly StorePath[] {
  const bases = new Set(text.split(" ").filter((base) => base !== ""));
  return [...bases].map((base) => StorePath.fromBaseName(base)).sort(StorePath.compare);
}

const quote = (text: string): string => JSON.stringify(text.slice(0, 200));

/** Caught in `parse`, which knows the subject. */
class Corrupt extends Error {}
