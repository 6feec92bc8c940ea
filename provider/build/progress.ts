import { formatBytes } from "../base/format-bytes.ts";
import { log } from "../base/log.ts";
import type { LayerJob } from "./build-layer.ts";

/** Bytes of the NARs in a layer. */
export const narSizeOf = (job: LayerJob): number =>
  job.contents.storePaths.reduce((sum, path) => sum + (job.paths.get(path)?.narSize ?? 0), 0);

/** Says at once what is going to be built; the answer is to be called when a layer is done. */
export function reportBuilding(image: string, jobs: readonly LayerJob[]): (job: LayerJob) => void {
  if (jobs.length === 0) return () => {};
  const total = jobs.reduce((sum, job) => sum + narSizeOf(job), 0);
  const layers = `${jobs.length} ${jobs.length === 1 ? "layer" : "layers"}`;
  let done = 0;
  let count = 0;
  log.progress(`${image}: building ${layers} out of ${formatBytes(total)} of packages`);
  return (job) => {
    done += narSizeOf(job);
    count += 1;
    log.progress(
      `${image}: built ${count} of ${layers}, ${formatBytes(done)} of ${formatBytes(total)}`,
    );
  };
}
