/** Images into containers-storage, by whichever program of that family is installed. @module */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { isCode } from "../base/error-code.ts";
import type { Bytes } from "../base/bytes.ts";
import { LixImageError } from "../base/errors.ts";
import { withTempDir } from "../base/temp-dir.ts";
import { lixError } from "../errors/lix-error.ts";
import { packParts, writeArchive, type ArchivePart } from "./archive-file.ts";

/** Returns what the program says. @param references the names that the image gets. */
export async function loadIntoPodman(
  archive: readonly ArchivePart[],
  references: readonly string[],
): Promise<string[]> {
  const said = await run("podman", ["load", "--quiet"], packParts(archive));
  if (said !== undefined) return said;
  return withTempDir(async (folder) => {
    // skopeo seeks in it, so it must be a file.
    const file = join(folder, "image.tar");
    await writeArchive(file, archive, undefined);
    for (const reference of references) {
      const images = [`docker-archive:${file}`, `containers-storage:${reference}`];
      if ((await run("skopeo", ["copy", "--quiet", ...images])) === undefined)
        throw lixError("NO_PODMAN", {});
    }
    return references.map((reference) => `Loaded image: ${reference}`);
  });
}

/** Lines of stdout; undefined when there is no such program. */
async function run(
  program: string,
  args: readonly string[],
  input?: Bytes,
): Promise<string[] | undefined> {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  const started = await once(child, "spawn").catch((error: unknown) => {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  });
  if (started === undefined) return undefined;
  const closed = once(child, "close");
  // A program that gives up closes its input: then its message counts, not the broken pipe.
  const fed = pipeline(input ?? [], child.stdin).then(
    () => undefined,
    (error: unknown) => error,
  );
  const [stdout, stderr, failure] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    fed,
  ]);
  await closed;
  if (failure instanceof LixImageError) throw failure;
  if (child.exitCode !== 0) throw lixError("PODMAN_FAILED", { program, stderr: stderr.trim() });
  return stdout.split("\n").filter((line) => line !== "");
}
