import { resolve } from "node:path";
import type { Archive } from "../../sdk/args.ts";
import { throwAll } from "../base/errors.ts";
import { describeBuilt } from "../app/describe.ts";
import { publish } from "../app/publish.ts";
import { Session } from "../app/session.ts";
import { archivesOf } from "../app/destinations.ts";
import { planWithinLimits } from "../app/size-limits.ts";
import { DockerArchiveName } from "../arguments/validate-destinations.ts";
import type { CommandLine } from "./command.ts";
import { readArguments } from "./arguments-file.ts";
import { printJson, printLines, summary } from "./print.ts";

export interface BuildOptions {
  /** An OCI image layout: a folder, or a tar. */
  readonly oci: string | undefined;
  readonly dockerArchive: string | undefined;
  readonly json: boolean;
  readonly usageError: CommandLine["usageError"];
}

/** Builds into archives; no registry is contacted. */
export async function buildArchives(file: string, options: BuildOptions): Promise<number> {
  const archives = archivesIn(options);
  const session = new Session();
  const spec = await readArguments(file, "optional", { archives });
  const imagePlan = await planWithinLimits(session, spec);
  const { assembled, failures } = await publish(session, imagePlan, archivesOf(spec));
  throwAll(failures.map(({ error }) => error));
  const outputs = describeBuilt(imagePlan, assembled);
  if (options.json) printJson(outputs);
  else printLines([...summary(outputs), ...spec.archives.map(({ path }) => `  in ${path}`)]);
  return 0;
}

/** They replace the archives of ARGS.json. */
function archivesIn({ oci, dockerArchive, usageError }: BuildOptions): Archive[] {
  const archives: Archive[] = [];
  if (oci !== undefined) archives.push({ type: "oci-layout", path: resolve(oci) });
  if (dockerArchive !== undefined && !DockerArchiveName.is(dockerArchive))
    throw usageError(
      `--docker-archive: expected ${DockerArchiveName.expected}; got ${dockerArchive}`,
    );
  if (dockerArchive !== undefined)
    archives.push({ type: "docker-archive", path: resolve(dockerArchive) });
  if (archives.length === 0) throw usageError("give --oci, --docker-archive or both");
  return archives;
}
