/**
 * A bill of materials as CycloneDX 1.6 JSON.
 * @see https://cyclonedx.org/docs/1.6/json/
 * @module
 */
import { sha256Hex } from "../base/sha256.ts";
import { NarHash } from "../formats/nix/nix-hash.ts";
import { Digest } from "../formats/oci/digest.ts";
import { Platform } from "../formats/oci/platform.ts";
import type { Bill } from "./bill.ts";
import { cpesOf, type Component } from "./component.ts";
import { PackageUrl } from "./package-url.ts";
import { spdxLicense } from "./spdx-license.ts";

export const CYCLONEDX_MEDIA_TYPE = "application/vnd.cyclonedx+json";
/** Of a signed statement that has such a document. */
export const CYCLONEDX_PREDICATE = "https://cyclonedx.org/bom";

/** @param version that of this package. */
export function cyclonedxDocument(bill: Bill, version: string): string {
  const [first] = bill.images;
  const index =
    first?.digest === bill.digest ? undefined : containerComponent(bill, { digest: bill.digest });
  const images = bill.images.map((image) => containerComponent(bill, image));
  const contents = {
    metadata: {
      timestamp: bill.created,
      tools: { components: [{ type: "application", name: "pulumi-lix", version }] },
      component: index ?? images[0],
    },
    components: [...(index === undefined ? [] : images), ...bill.components.map(describe)],
    dependencies: [
      ...(index === undefined
        ? []
        : [{ ref: index["bom-ref"], dependsOn: images.map((image) => image["bom-ref"]) }]),
      ...bill.images.map(({ digest, roots }) => ({ ref: digest, dependsOn: roots })),
      ...bill.components.map(({ id, references }) => ({ ref: id, dependsOn: references })),
    ],
  };
  return JSON.stringify({
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(contents))}`,
    version: 1,
    ...contents,
  });
}

/** RFC 9562, version 8: a UUID out of a hash, so that it is the same on every machine. */
function uuidOf(text: string): string {
  const hex = sha256Hex(text);
  const variant = ((parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

/** @param platform undefined for the index. */
const containerComponent = (
  { repository }: Bill,
  { digest, platform }: { readonly digest: Digest; readonly platform?: Platform },
) => ({
  type: "container",
  "bom-ref": digest,
  name: repository,
  version: digest,
  description: platform && `the image for ${Platform.format(platform)}`,
  hashes: [sha256(Digest.hex(digest))],
  purl: PackageUrl.ofImage(repository, digest, platform),
});

function describe(component: Component) {
  const { kind, storePath, narHash, package: locked, signedBy } = component;
  const { license, identifiers } = locked ?? {};
  const { known, guesses } = cpesOf(component);
  const [supplier] = signedBy;
  return {
    type: kind === "package" ? "application" : "data",
    "bom-ref": component.id,
    supplier: supplier && { name: supplier.slice(0, supplier.indexOf(":")) },
    name: component.name,
    version: component.version,
    hashes: narHash && [sha256(NarHash.toHex(narHash))],
    licenses: license === undefined ? undefined : [{ expression: spdxLicense(license).expression }],
    cpe: known,
    purl:
      identifiers?.purl ??
      (storePath === undefined || kind === "generated"
        ? undefined
        : PackageUrl.ofStorePath(storePath, component)),
    externalReferences: externalReferences(component),
    evidence: evidenceOf(guesses),
    properties: propertiesOf(component),
  };
}

function externalReferences({ homepage, tarball }: Component) {
  const references = [
    ...(homepage === undefined ? [] : [{ type: "website", url: homepage }]),
    ...(tarball === undefined ? [] : [{ type: "source-distribution", url: tarball }]),
  ];
  return references.length === 0 ? undefined : references;
}

const evidenceOf = (guesses: readonly string[]) =>
  guesses.length === 0
    ? undefined
    : { identity: guesses.map((guess) => ({ field: "cpe", concludedValue: guess })) };

/** `nix:output_path` and `nix:drv_path` are the names that bombon and sbomnix use; Grype reads `syft:cpe23`. */
function propertiesOf(component: Component) {
  const { storePath, deriver, narHash, output, package: locked, layers } = component;
  const values: readonly (readonly [string, string | undefined])[] = [
    ["nix:output_path", storePath],
    ["nix:output", output],
    ["nix:drv_path", deriver && `/nix/store/${deriver}`],
    ["nix:nar_hash", narHash],
    ["nix:attribute", locked?.attribute],
    ...component.signedBy.map((key) => ["nix:signed_by", key] as const),
    ["nix:content_address", component.contentAddress],
    ...cpesOf(component).guesses.map((guess) => ["syft:cpe23", guess] as const),
    ["lix-image:kind", component.kind],
    ...layers.flatMap(
      ({ digest, diffId }) =>
        [
          ["oci:layer:digest", digest],
          ["oci:layer:diff_id", diffId],
        ] as const,
    ),
  ];
  return values.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

const sha256 = (content: string) => ({ alg: "SHA-256", content });
