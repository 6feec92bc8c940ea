/** The report as a few lines of text. @module */
import { formatBytes } from "../base/format-bytes.ts";
import { changeLine } from "../app/growth.ts";
import type { PlatformChanges, PlatformReport, Report } from "./report.ts";

const LARGEST_SHOWN = 10;
const CHANGES_SHOWN = 20;

export function reportLines({ image, against, platforms }: Report): string[] {
  return [
    image,
    ...(against === undefined ? [] : [`compared with ${against.image}`]),
    ...Object.entries(platforms).flatMap(([name, platform]) => platformLines(name, platform)),
  ];
}

function platformLines(name: string, platform: PlatformReport): string[] {
  const { layers, size, unpackedSize, changes } = platform;
  return [
    `${name}: ${layers.length} layers, ${formatBytes(size)} to pull, ${formatBytes(unpackedSize)} unpacked`,
    ...(changes === undefined ? largestParts(platform) : changeLines(changes, layers.length)),
  ];
}

function largestParts({ layers }: PlatformReport): string[] {
  const parts = layers.flatMap((layer) => layer.parts).toSorted((a, b) => b.size - a.size);
  const rest = parts.slice(LARGEST_SHOWN);
  const restSize = rest.reduce((sum, { size }) => sum + size, 0);
  return [
    ...parts.slice(0, LARGEST_SHOWN).map(({ name, size }) => line(formatBytes(size), name)),
    ...(rest.length === 0 ? [] : [line(formatBytes(restSize), `${rest.length} more`)]),
  ];
}

function changeLines(changes: PlatformChanges, layers: number): string[] {
  const { packages, newLayers, newSize, keptSize, otherLayering: other } = changes;
  const more = packages.length - CHANGES_SHOWN;
  return [
    `  ${formatBytes(newSize)} to push and to pull, ${newLayers} of ${layers} layers; ${formatBytes(keptSize)} are there`,
    ...(other === undefined
      ? []
      : [
          `  layering "${other.layering}" would push about ${formatBytes(other.newSize)}, ${other.newLayers} of ${other.layers} layers`,
        ]),
    ...(packages.length === 0 ? [] : ["  what changed, in unpacked bytes:"]),
    ...packages.slice(0, CHANGES_SHOWN).map((change) => `  ${changeLine(change)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

const line = (bytes: string, what: string): string => `  ${bytes.padStart(10)}  ${what}`;
