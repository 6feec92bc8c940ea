import { formatBytes } from "../base/format-bytes.ts";
import type { PublishReport } from "../destination/destination.ts";

/** What one destination got. Neither uploaded nor reused: it had the image, and no blob was asked for. */
export interface PushReport extends PublishReport {
  readonly destination: string;
}

export const PushReport = {
  line({ destination, uploaded, reused }: PushReport): string {
    if (uploaded.length + reused.length === 0) return `${destination}: the image was there`;
    const bytes = uploaded.reduce((sum, blob) => sum + blob.size, 0);
    return `${destination}: ${uploaded.length} ${uploaded.length === 1 ? "blob" : "blobs"} pushed (${formatBytes(bytes)}), ${reused.length} were there`;
  },
};
