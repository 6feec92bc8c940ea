/**
 * Compares an image with the one that was rebuilt, and names every difference.
 * @module
 */
import type { PlatformImage } from "./read-image.ts";
import { Platform } from "./platform.ts";

export interface ImageDifference {
  /** `linux/amd64: layer 3` */
  readonly where: string;
  readonly expected: string;
  readonly got: string;
  /** Another compressor wrote other bytes for the same contents: the diffIds agree. */
  readonly onlyCompression: boolean;
}

/** Empty if every byte agrees. */
export function compareImages(
  expected: readonly PlatformImage[],
  got: readonly PlatformImage[],
): ImageDifference[] {
  const theirs = byPlatform(got);
  const ours = byPlatform(expected);
  const missing = [...ours.keys()].filter((platform) => !theirs.has(platform));
  const extra = [...theirs.keys()].filter((platform) => !ours.has(platform));
  return [
    ...missing.map((platform) => differs(platform, "an image", ABSENT)),
    ...extra.map((platform) => differs(platform, ABSENT, "an image")),
    // Which of them a client takes is its own affair.
    ...[...theirs.keys()].flatMap((platform) => {
      const count = got.filter((image) => Platform.format(image.platform) === platform).length;
      return count === 1 ? [] : [differs(platform, "one image", String(count))];
    }),
    ...[...ours].flatMap(([platform, image]) => {
      const other = theirs.get(platform);
      return other === undefined ? [] : comparePlatformImages(platform, image, other);
    }),
  ];
}

function comparePlatformImages(
  platform: string,
  expected: PlatformImage,
  got: PlatformImage,
): ImageDifference[] {
  const found = [
    ...compareLayers(platform, expected, got),
    ...compareRecords(`${platform}: label`, expected.config.Labels, got.config.Labels),
    ...CONFIG_FIELDS.flatMap((field) =>
      compareText(`${platform}: ${field}`, expected.config[field], got.config[field]),
    ),
  ];
  // What a config or manifest may say beyond that: dates, authors, annotations.
  if (expected.configDigest !== got.configDigest && found.every((each) => each.onlyCompression))
    found.push(differs(`${platform}: config`, expected.configDigest, got.configDigest));
  if (expected.digest !== got.digest && found.length === 0)
    found.push(differs(`${platform}: manifest`, expected.digest, got.digest));
  return found;
}

const CONFIG_FIELDS = [
  "Env",
  "Cmd",
  "Entrypoint",
  "User",
  "WorkingDir",
  "ExposedPorts",
  "Volumes",
  "StopSignal",
] as const;

/** By position: the order of layers is part of an image. */
function compareLayers(
  platform: string,
  expected: PlatformImage,
  got: PlatformImage,
): ImageDifference[] {
  const count = Math.max(expected.layers.length, got.layers.length);
  return Array.from({ length: count }, (_, index) => index).flatMap((index) => {
    const [ours, theirs] = [expected.layers[index], got.layers[index]];
    const where = `${platform}: layer ${index}`;
    if (ours?.diffId !== theirs?.diffId)
      return [differs(where, ours?.diffId ?? ABSENT, theirs?.diffId ?? ABSENT)];
    if (ours?.digest === theirs?.digest) return [];
    const difference = differs(where, ours?.digest ?? ABSENT, theirs?.digest ?? ABSENT);
    return [{ ...difference, onlyCompression: true }];
  });
}

function compareRecords(
  what: string,
  expected: Readonly<Record<string, string>>,
  got: Readonly<Record<string, string>>,
): ImageDifference[] {
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(got)])].sort();
  return keys
    .filter((key) => expected[key] !== got[key])
    .map((key) => differs(`${what} ${key}`, expected[key] ?? ABSENT, got[key] ?? ABSENT));
}

function compareText(where: string, expected: ConfigField, got: ConfigField): ImageDifference[] {
  const [ours, theirs] = [expected, got].map((value) => JSON.stringify(value) ?? ABSENT);
  return ours === theirs ? [] : [differs(where, ours ?? ABSENT, theirs ?? ABSENT)];
}

type ConfigField = string | readonly string[] | undefined;

const ABSENT = "nothing";

const differs = (where: string, expected: string, got: string): ImageDifference => ({
  where,
  expected,
  got,
  onlyCompression: false,
});

const byPlatform = (images: readonly PlatformImage[]): ReadonlyMap<string, PlatformImage> =>
  new Map(images.map((image) => [Platform.format(image.platform), image]));
