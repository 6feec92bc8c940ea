import { join } from "node:path";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import type { LixImageInputs } from "../../sdk/args.ts";
import { lixImageBuild } from "./lix-image.ts";
import { findRealWorld, realWorldCache } from "./real-world.ts";

/** The real package set's lock; "" where there is none, and the tests that use it are skipped. */
export const REAL_LOCK = findRealWorld()?.lockFile ?? "";

/** Lends an OCI layout of real packages, and the temporary folder that it is in. */
export const withRealLayout = (
  args: LixImageInputs,
  use: (layout: string, folder: string) => Promise<void>,
): Promise<void> =>
  withTempDir(async (folder) => {
    const layout = join(folder, "image");
    await lixImageBuild({ lock: REAL_LOCK, ...args }, { cache: realWorldCache(), layout });
    await use(layout, folder);
  });
