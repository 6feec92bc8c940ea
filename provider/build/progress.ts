import { formatBytes } from "../base/format-bytes.ts";
import { log } from "../base/log.ts";
import { narSizeOf, type LayerJob } from "./layer-job.ts";
import type { Session } from "./session.ts";

// Where the display is no terminal, as in CI, every line stays.
const PACE_MS = 1_000;

/**
 * Says at once what is going to be built; the answer is to be called when a layer is done. How many layers
 * there are in all is not known before the packages that the profile is planned by are in theirs, so what
 * follows is told as more of them.
 */
export function reportBuilding(
  { begun }: Session,
  image: string,
  jobs: readonly LayerJob[],
): (job: LayerJob) => void {
  if (jobs.length === 0) return () => {};
  const total = jobs.reduce((sum, job) => sum + narSizeOf(job), 0);
  const more = begun.has(image) ? "more " : "";
  begun.add(image);
  const layers = `${jobs.length} ${more}${jobs.length === 1 ? "layer" : "layers"}`;
  const packages = total === 0 ? "" : ` out of ${formatBytes(total)} of packages`;
  log.progress(`${image}: building ${layers}${packages}`);
  let done = 0;
  let count = 0;
  let next = performance.now() + PACE_MS;
  return (job) => {
    done += narSizeOf(job);
    count += 1;
    if (count < jobs.length && performance.now() < next) return;
    next = performance.now() + PACE_MS;
    const bytes = total === 0 ? "" : `, ${formatBytes(done)} of ${formatBytes(total)}`;
    log.progress(`${image}: built ${count} of ${layers}${bytes}`);
  };
}
