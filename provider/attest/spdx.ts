/**
 * A bill of materials as SPDX 2.3 JSON: the image contains its layers, and these contain the components.
 * @see https://spdx.github.io/spdx-spec/v2.3/
 * @module
 */
import { sha256Hex } from "../base/sha256.ts";
import { NarHash } from "../formats/nix/nix-hash.ts";
import { Digest } from "../formats/oci/digest.ts";
import { Platform } from "../formats/oci/platform.ts";
import type { Bill, BillImage } from "./bill.ts";
import { cpesOf, type Component, type LayerDigests } from "./component.ts";
import { PackageUrl } from "./package-url.ts";
import { spdxLicense, type LicenseReference } from "./spdx-license.ts";

export const SPDX_MEDIA_TYPE = "application/spdx+json";
/** Of a signed statement that has such a document. */
export const SPDX_PREDICATE = "https://spdx.dev/Document";

/** @param version that of this package. */
export function spdxDocument(bill: Bill, version: string): string {
  const references = new Map<string, LicenseReference>();
  const packages = [
    ...(isIndex(bill) ? [containerPackage(idOf.index, bill, { digest: bill.digest })] : []),
    ...bill.images.map((image) => containerPackage(idOf.image(image), bill, image)),
    ...layersOf(bill).map(layerPackage),
    ...bill.components.map((component) => componentPackage(component, references)),
  ];
  const contents = {
    name: `${bill.repository}@${bill.digest}`,
    creationInfo: {
      created: secondsOf(bill.created),
      creators: [`Tool: pulumi-lix-${version}`],
    },
    packages,
    hasExtractedLicensingInfos: [...references.values()].sort(byId).map(({ id, name }) => ({
      licenseId: id,
      name,
      extractedText: `The license that nixpkgs calls ${name}. SPDX's list does not have it.`,
    })),
    relationships: relationshipsOf(bill),
  };
  return JSON.stringify({
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    // Another document needs another namespace.
    documentNamespace: `https://spdx.org/spdxdocs/pulumi-lix-${sha256Hex(JSON.stringify(contents))}`,
    ...contents,
  });
}

const isIndex = ({ digest, images }: Bill): boolean => images[0]?.digest !== digest;

const byId = (a: LicenseReference, b: LicenseReference): number => (a.id < b.id ? -1 : 1);

/** Without fractions of a second, which SPDX does not have. An image without a date has Go's zero time. */
const secondsOf = (created = "0001-01-01T00:00:00Z"): string => created.replace(/\.\d+/, "");

const NO_FILES = { filesAnalyzed: false, downloadLocation: "NOASSERTION" };

const idOf = {
  index: "SPDXRef-Index",
  image: ({ digest }: BillImage): string => `SPDXRef-Image-${Digest.hex(digest)}`,
  layer: (digest: Digest): string => `SPDXRef-Layer-${Digest.hex(digest)}`,
  // An identifier has letters, digits, dots and dashes only.
  component: (id: string): string => `SPDXRef-Package-${id.replace(/[^A-Za-z0-9.-]/g, "-")}`,
};

/** @param platform undefined for the index. */
const containerPackage = (
  SPDXID: string,
  { repository }: Bill,
  { digest, platform }: { readonly digest: Digest; readonly platform?: Platform },
) => ({
  SPDXID,
  name: repository,
  versionInfo: digest,
  ...NO_FILES,
  primaryPackagePurpose: "CONTAINER",
  comment: platform && `the image for ${Platform.format(platform)}`,
  checksums: [sha256(Digest.hex(digest))],
  externalRefs: [purl(PackageUrl.ofImage(repository, digest, platform))],
});

/** Each once: the images of several platforms may share some. */
const layersOf = ({ images }: Bill): LayerDigests[] => [
  ...new Map(images.flatMap(({ layers }) => layers).map((layer) => [layer.digest, layer])).values(),
];

const layerPackage = ({ digest, diffId }: LayerDigests) => ({
  SPDXID: idOf.layer(digest),
  name: digest,
  ...NO_FILES,
  primaryPackagePurpose: "ARCHIVE",
  comment: `a layer whose diffId is ${diffId}`,
  checksums: [sha256(Digest.hex(digest))],
});

function componentPackage(component: Component, references: Map<string, LicenseReference>) {
  const { package: locked, storePath, narHash, tarball, kind } = component;
  const license = locked?.license === undefined ? undefined : spdxLicense(locked.license);
  for (const each of license?.references ?? []) references.set(each.id, each);
  const [supplier] = component.signedBy;
  return {
    SPDXID: idOf.component(component.id),
    name: component.name,
    versionInfo: component.version,
    packageFileName: storePath,
    supplier: supplier === undefined ? undefined : `Organization: ${keyName(supplier)}`,
    ...NO_FILES,
    ...(tarball !== undefined && { downloadLocation: tarball }),
    ...(kind === "source" && { primaryPackagePurpose: "SOURCE" }),
    homepage: component.homepage,
    sourceInfo: originOf(component),
    licenseConcluded: "NOASSERTION",
    licenseDeclared: license?.expression ?? "NOASSERTION",
    copyrightText: "NOASSERTION",
    checksums: narHash && [sha256(NarHash.toHex(narHash))],
    externalRefs: externalRefs(component),
    comment: locked && `output ${component.output ?? "out"} of the package ${locked.attribute}`,
  };
}

const keyName = (key: string): string => key.slice(0, key.indexOf(":"));

/** What the checksum is of, and why it is believed. */
function originOf({ kind, storePath, narHash, signedBy, contentAddress }: Component): string {
  return [
    ...(kind === "generated" ? ["made by pulumi-lix"] : []),
    ...(storePath === undefined ? [] : ["a store path"]),
    ...(narHash === undefined ? [] : ["the checksum is its NAR's"]),
    ...signedBy.map((key) => `signed by ${key}`),
    ...(contentAddress === undefined ? [] : [`content-addressed as ${contentAddress}`]),
  ].join("; ");
}

function externalRefs(component: Component) {
  const { storePath, kind, package: locked } = component;
  const upstream = locked?.identifiers?.purl;
  const { known, guesses } = cpesOf(component);
  return [
    ...(upstream === undefined ? [] : [purl(upstream)]),
    ...(storePath === undefined || kind === "generated"
      ? []
      : [purl(PackageUrl.ofStorePath(storePath, component))]),
    ...(known === undefined ? [] : [cpeReference(known)]),
    ...guesses.map((guess) => ({ ...cpeReference(guess), comment: "a guess of nixpkgs" })),
  ];
}

const sha256 = (hex: string) => ({ algorithm: "SHA256", checksumValue: hex });

const purl = (url: string) => ({
  referenceCategory: "PACKAGE-MANAGER",
  referenceType: "purl",
  referenceLocator: url,
});

const cpeReference = (cpe: string) => ({
  referenceCategory: "SECURITY",
  referenceType: "cpe23Type",
  referenceLocator: cpe,
});

function relationshipsOf(bill: Bill) {
  const described = isIndex(bill) ? [idOf.index] : bill.images.map(idOf.image);
  return [
    ...described.map((id) => relationship("SPDXRef-DOCUMENT", "DESCRIBES", id)),
    ...(isIndex(bill)
      ? bill.images.map((image) => relationship(idOf.image(image), "VARIANT_OF", idOf.index))
      : []),
    ...bill.images.flatMap((image) =>
      image.layers.map(({ digest }) =>
        relationship(idOf.image(image), "CONTAINS", idOf.layer(digest)),
      ),
    ),
    ...bill.components.flatMap(({ id, layers }) =>
      layers.map(({ digest }) => relationship(idOf.layer(digest), "CONTAINS", idOf.component(id))),
    ),
    ...bill.components.flatMap(({ id, references }) =>
      references.map((other) =>
        relationship(idOf.component(id), "DEPENDS_ON", idOf.component(other)),
      ),
    ),
  ];
}

const relationship = (
  spdxElementId: string,
  relationshipType: string,
  relatedSpdxElement: string,
) => ({
  spdxElementId,
  relationshipType,
  relatedSpdxElement,
});
