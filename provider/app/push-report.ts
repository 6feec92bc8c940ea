import { formatBytes } from "../base/format-bytes.ts";
import type { ManifestWrite, PublishReport } from "../destination/destination.ts";

/** What one destination got. If nothing is uploaded or reused, it had the image, and no blob was asked for. */
export interface PushReport extends PublishReport {
  readonly destination: string;
  /** Manifests and tags. */
  readonly written: readonly ManifestWrite[];
  /** How many referrers were missing, and are attached now. */
  readonly attached: number;
}

export const PushReport = {
  /** @param repaired what was lost and is there again: `tag latest is back`. */
  line(report: PushReport, repaired: readonly string[] = []): string {
    const { destination, attached } = report;
    const referrers = attached === 1 ? "1 referrer" : `${attached} referrers`;
    return [
      `${destination}: ${blobsOf(report)}`,
      ...(attached === 0 ? [] : [`${referrers} attached`]),
      ...repaired,
    ].join("; ");
  },
};

function blobsOf({ uploaded, reused }: PushReport): string {
  if (uploaded.length + reused.length === 0) return "the image was there";
  if (uploaded.length === 0) return `all ${reused.length} blobs were there`;
  const bytes = uploaded.reduce((sum, blob) => sum + blob.size, 0);
  const blobs = uploaded.length === 1 ? "blob" : "blobs";
  return `${uploaded.length} ${blobs} pushed (${formatBytes(bytes)}), ${reused.length} were there`;
}
