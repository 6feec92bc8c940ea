/**
 * What a channel's packages.json says about packages: everything that a lock needs except the store paths.
 * @see https://github.com/NixOS/nixpkgs, pkgs/top-level/packages-info.nix
 * @module
 */
import { z } from "zod";
import type { Bytes } from "../base/bytes.ts";
import { schemaProblems } from "../base/schema-problems.ts";
import { decompress } from "../compression/decompress.ts";
import { boundedExpansion } from "../compression/expansion.ts";
import { Peekable } from "../compression/peekable.ts";
import { fetchOk, type FetchOptions } from "./fetch-text.ts";
import { jsonMembers } from "./json-members.ts";
import { packageMetadata } from "./package-metadata.ts";
import type { PackageMetadata } from "../lock/package-metadata.ts";
import { lixError } from "../errors/lix-error.ts";

export interface IndexedPackage {
  /** `curl-8.9.1` */
  readonly name: string;
  readonly version: string | undefined;
  /** The first one is the default. */
  readonly outputs: readonly [string, ...string[]];
  readonly outputsToInstall: readonly string[] | undefined;
  readonly priority: number | undefined;
  readonly metadata: PackageMetadata;
}

/** By attribute. */
export type PackageIndex = ReadonlyMap<string, IndexedPackage>;

/** Streams `packages.json.br` of a release, about 7 MB, and stops when everything is found. */
export async function readPackageIndex(
  release: URL,
  attributes: Iterable<string>,
  options: FetchOptions = {},
): Promise<PackageIndex> {
  const url = new URL("packages.json.br", release);
  const wanted = new Set(attributes);
  const found = new Map<string, IndexedPackage>();
  const response = await fetchOk(url, options);
  const choice = { path: ["packages"], wanted: (key: string): boolean => wanted.has(key) };
  try {
    for await (const [attribute, entry] of jsonMembers(plain(response.body), choice)) {
      const parsed = Entry.safeParse(entry);
      if (!parsed.success) throw new Error(`${attribute}: ${schemaProblems(parsed.error)}`);
      found.set(attribute, parsed.data);
      if (found.size === wanted.size) break;
    }
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw lixError("UNUSABLE_PACKAGE_INDEX", { url }, { cause });
  }
  return found;
}

/** A real one unpacks from 6 to 150 MB. */
const expanded = (source: Bytes): Bytes =>
  boundedExpansion(source, "packages.json.br", (bytes) => decompress(bytes, "br"));

/** The file is brotli; some proxies undo that. Brotli has no magic bytes, but JSON is all ASCII at first. */
async function* plain(body: Bytes): Bytes {
  const input = new Peekable(body);
  try {
    const start = Buffer.from(await input.peek(16)).toString("latin1");
    const json = /^\s*\{\s*"[\s!-~]+$/.test(start) || start.startsWith("<");
    yield* json ? input.rest() : expanded(input.rest());
  } finally {
    await input.close();
  }
}

// Channels from before 2026 have an object of nulls, which keeps only the default output's place.
const Outputs = z.union([
  z.array(z.string()).min(1),
  z.record(z.string(), z.null()).transform(Object.keys),
]);

const Entry = z
  .object({
    name: z.string().min(1),
    version: z.string().optional(),
    outputName: z.string().optional(),
    outputs: Outputs,
    meta: z.looseObject({
      outputsToInstall: z.array(z.string()).optional(),
      priority: z.int().optional(),
    }),
  })
  .transform(({ name, version, outputName, outputs, meta }): IndexedPackage => {
    const [first = "out", ...rest] = outputs;
    const chosen = outputName !== undefined && outputs.includes(outputName) ? outputName : first;
    return {
      name,
      version: version === "" ? undefined : version,
      outputs: [chosen, ...[first, ...rest].filter((output) => output !== chosen)],
      outputsToInstall: meta.outputsToInstall,
      priority: meta.priority,
      metadata: packageMetadata(meta),
    };
  });
