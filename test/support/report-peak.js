/**
 * Preloaded by measureNode: says at the end how much memory the process had at most. JavaScript, because
 * Node's TypeScript compiler would be in that memory.
 * @module
 */
import { writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const file = process.env.LIX_IMAGE_PEAK_FILE;
if (isMainThread && file !== undefined)
  process.on("exit", () => writeFileSync(file, String(process.resourceUsage().maxRSS * 1024)));
