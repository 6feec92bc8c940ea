import { resolve } from "node:path";
import type { Archive } from "../../sdk/args.ts";
import { throwAll } from "../base/errors.ts";
import { describeBuilt } from "../app/describe.ts";
import { publish } from "../app/publish.ts";
import { Session } from "../image/session.ts";
import { archivesOf } from "../app/destinations.ts";
import { prepareFully } from "../app/build-image.ts";
import { DockerArchiveName } from "../arguments/validate-destinations.ts";
import { parseCommandLine, readArguments, type CommandLine } from "./arguments.ts";
import { printJson, printLines, summary } from "./print.ts";
import { UsageError } from "./usage.ts";

const USAGE = "lix-image build ARGS.json --oci DIR|FILE.tar --docker-archive FILE [--json]";
const ABOUT = [
  `usage: ${USAGE}`,
  "Builds the image into an OCI image layout, a docker archive (.tar or .tar.gz), or both.",
];

/** Builds into archives; no registry is asked for anything. */
export async function buildCommand(argv: string[]): Promise<number> {
  const line = parseCommandLine(argv, USAGE);
  if (line.help) {
    printLines(ABOUT);
    return 0;
  }
  const [file, ...more] = line.positionals;
  const archives = wanted(line);
  if (file === undefined || more.length > 0 || archives.length === 0)
    throw new UsageError(`usage: ${USAGE}`);
  const session = new Session();
  const spec = await readArguments(file, "optional", { archives });
  const prepared = await prepareFully(session, spec);
  const { assembled, failures } = await publish(session, prepared, archivesOf(spec));
  throwAll(failures.map(({ error }) => error));
  const outputs = describeBuilt(prepared, assembled);
  if (line.json) printJson(outputs);
  else printLines([...summary(outputs), ...spec.archives.map(({ path }) => `  in ${path}`)]);
  return 0;
}

/** In place of the archives among the arguments. */
function wanted({ oci, dockerArchive }: CommandLine): Archive[] {
  const archives: Archive[] = [];
  if (oci !== undefined) archives.push({ type: "oci-layout", path: resolve(oci) });
  if (dockerArchive !== undefined && !DockerArchiveName.is(dockerArchive))
    throw new UsageError([
      `--docker-archive: expected ${DockerArchiveName.expected}; got ${dockerArchive}`,
      `usage: ${USAGE}`,
    ]);
  if (dockerArchive !== undefined)
    archives.push({ type: "docker-archive", path: resolve(dockerArchive) });
  return archives;
}
