/**
 * Where a run of the quickstart leaves its things: a folder of its own that is removed afterwards, also
 * when it is interrupted. Pulumi's home, backend and passphrase are in it, so that no stack, login or
 * setting of yours is touched.
 * @module
 */
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { withTempDir } from "../../provider/base/temp-dir.ts";

/** As Pulumi.yaml has it. */
export const PROJECT = "pulumi-lix-quickstart";

export interface Lent {
  readonly folder: string;
  /** With Pulumi.yaml in it. */
  readonly projectFolder: string;
  /** With index.ts in it. */
  readonly program: string;
  readonly stackName: string;
  readonly passphrase: string;
  /** For the program and its provider. */
  readonly env: Readonly<Record<string, string>>;
}

/** `ownCache`: keep downloads and layers in the folder too, instead of your user's cache. */
export async function withWorkplace<T>(
  options: { readonly ownCache: boolean },
  use: (place: Lent) => Promise<T>,
): Promise<T> {
  return withTempDir(async (folder) => {
    const interrupted = (): void => {
      rmSync(folder, { recursive: true, force: true });
      process.exit(130);
    };
    process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
    const projectFolder = join(import.meta.dirname, "../quickstart");
    await mkdir(join(folder, "home"));
    return use({
      folder,
      projectFolder,
      program: projectFolder,
      stackName: "start",
      passphrase: randomBytes(16).toString("hex"),
      env: options.ownCache ? { LIX_IMAGE_CACHE: join(folder, "cache") } : {},
    }).finally(() => process.off("SIGINT", interrupted).off("SIGTERM", interrupted));
  });
}
