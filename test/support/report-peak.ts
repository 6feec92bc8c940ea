/** Preloaded by measureNode: says at the end how much memory the process had at most. @module */
import { writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const file = process.env["LIX_IMAGE_PEAK_FILE"];
if (isMainThread && file !== undefined)
  process.on("exit", () => {
    const { maxRSS } = process.resourceUsage();
    writeFileSync(file, String(maxRSS * 1024));
  });
