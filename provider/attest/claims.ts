/** What the documents about an image claim that it holds: our own documents, or those that name the same fields. @module */
import { z } from "zod";
import { CYCLONEDX_PREDICATE } from "./cyclonedx.ts";
import { PROVENANCE_TYPE } from "./provenance.ts";
import { SPDX_PREDICATE } from "./spdx.ts";

export interface Claims {
  /** For people: `SPDX`. */
  readonly document: string;
  /** sha256 of the NAR in hex, by store path. */
  readonly narHashes: ReadonlyMap<string, string>;
  /** Of the lock that the image was made from, in hex; only provenance has it. */
  readonly lockSha256?: string | undefined;
}

/** Undefined for a predicate that claims nothing about store paths, such as those of other tools, or that is malformed. */
export function claimsOf(predicateType: string, predicate: unknown): Claims | undefined {
  const claims = claimsIn(predicateType, predicate);
  return claims === undefined || claims.narHashes.size === 0 ? undefined : claims;
}

function claimsIn(predicateType: string, predicate: unknown): Claims | undefined {
  switch (predicateType) {
    case SPDX_PREDICATE:
      return spdxClaims(predicate);
    case CYCLONEDX_PREDICATE:
      return cyclonedxClaims(predicate);
    case PROVENANCE_TYPE:
      return provenanceClaims(predicate);
    default:
      return undefined;
  }
}

const storePath = z.string().startsWith("/nix/store/").optional().catch(undefined);

const Spdx = z.object({
  packages: z.array(
    z.object({
      packageFileName: storePath,
      checksums: z.array(z.object({ algorithm: z.string(), checksumValue: z.string() })).optional(),
    }),
  ),
});

function spdxClaims(predicate: unknown): Claims | undefined {
  const read = Spdx.safeParse(predicate);
  if (!read.success) return undefined;
  const narHashes = read.data.packages.map(({ packageFileName, checksums = [] }) => [
    packageFileName,
    checksums.find(({ algorithm }) => algorithm === "SHA256")?.checksumValue,
  ]);
  return { document: "SPDX", narHashes: stated(narHashes) };
}

const CycloneDx = z.object({
  components: z.array(
    z.object({
      hashes: z.array(z.object({ alg: z.string(), content: z.string() })).optional(),
      properties: z.array(z.object({ name: z.string(), value: z.string().optional() })).optional(),
    }),
  ),
});

function cyclonedxClaims(predicate: unknown): Claims | undefined {
  const read = CycloneDx.safeParse(predicate);
  if (!read.success) return undefined;
  const narHashes = read.data.components.map(({ hashes = [], properties = [] }) => [
    properties.find(({ name }) => name === "nix:output_path")?.value,
    hashes.find(({ alg }) => alg === "SHA-256")?.content,
  ]);
  return { document: "CycloneDX", narHashes: stated(narHashes) };
}

const Resource = z.object({
  name: z.string().optional(),
  digest: z.record(z.string(), z.string()).optional(),
  annotations: z.object({ storePath }).optional(),
});
const Provenance = z.object({
  buildDefinition: z.object({ resolvedDependencies: z.array(Resource) }),
  runDetails: z.object({ byproducts: z.array(Resource).optional() }),
});

function provenanceClaims(predicate: unknown): Claims | undefined {
  const read = Provenance.safeParse(predicate);
  if (!read.success) return undefined;
  const { buildDefinition, runDetails } = read.data;
  const resources = [...buildDefinition.resolvedDependencies, ...(runDetails.byproducts ?? [])];
  return {
    document: "provenance",
    narHashes: stated(
      resources.map(({ annotations, digest }) => [annotations?.storePath, digest?.["sha256"]]),
    ),
    lockSha256: resources.find(({ name }) => name === "lock")?.digest?.["sha256"],
  };
}

const stated = (pairs: readonly (readonly (string | undefined)[])[]): ReadonlyMap<string, string> =>
  new Map(
    pairs.flatMap(([path, hash]) =>
      path === undefined || hash === undefined ? [] : [[path, hash] as const],
    ),
  );

/**
 * What a document says that is not so, a line each.
 * @param held by store path, the sha256 of its NAR in hex, or undefined if its files are none that Nix has made.
 */
export function wrongClaims(
  { narHashes }: Pick<Claims, "narHashes">,
  held: ReadonlyMap<string, string | undefined>,
): string[] {
  const paths = [...new Set([...narHashes.keys(), ...held.keys()])].sort();
  return paths.flatMap((path) => {
    const [claimed, found] = [narHashes.get(path), held.get(path)];
    if (!held.has(path)) return [`${path}: the image does not have it`];
    if (claimed === undefined) return [`${path}: the document does not name it`];
    if (found === undefined) return [`${path}: its files in the image are not one NAR`];
    return claimed === found ? [] : [`${path}: its NAR has sha256 ${found}, not ${claimed}`];
  });
}
