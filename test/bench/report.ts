/** Measurements as lines of text. @module */
import { median, type Samples } from "./samples.ts";

/** A line a subject: medians, and how many times those of the first. */
export function table(samples: readonly Samples[]): string[] {
  const [first] = samples;
  const base = first && mediansOf(first);
  const head = ["", "CPU s", "wall s", "CPU ×", "wall ×", "peak MB", "requests"];
  const rows = samples.map((each) => {
    const { cpu, wall, peak, requests } = mediansOf(each);
    return [
      each.name,
      cpu.toFixed(2),
      wall.toFixed(2),
      (cpu / (base?.cpu ?? NaN)).toFixed(2),
      (wall / (base?.wall ?? NaN)).toFixed(2),
      peak === undefined ? "" : (peak / 1e6).toFixed(0),
      requests?.toFixed(0) ?? "",
    ];
  });
  return aligned([head, ...rows]);
}

function mediansOf({ usages }: Samples) {
  const requests = usages.flatMap((usage) => usage.requests ?? []);
  const peaks = usages.flatMap((usage) => ("peak" in usage ? usage.peak : []));
  return {
    cpu: median(usages.map((usage) => usage.cpu)),
    wall: median(usages.map((usage) => usage.wall)),
    // The worst counts: a bound is a bound.
    requests: requests.length === 0 ? undefined : median(requests),
    peak: peaks.length === 0 ? undefined : Math.max(...peaks),
  };
}

/** The first column to the left, the others to the right. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths =
    rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join("  "),
  );
}
