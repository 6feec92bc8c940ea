import { resolve } from "node:path";
import { describeBuilt } from "../build/describe.ts";
import { publish } from "../build/publish.ts";
import { Session } from "../build/session.ts";
import { ociLayoutDestination } from "../destination/oci-layout.ts";
import { prepareFully } from "../lifecycle/push.ts";
import { parseCommandLine, readArguments } from "./arguments.ts";
import { printJson, printLines, summary } from "./print.ts";
import { UsageError } from "./usage.ts";

const USAGE = "lix-image build ARGS.json --oci DIR [--json]";

/** Builds into an OCI image layout; no registry is asked for anything. */
export async function buildCommand(argv: string[]): Promise<number> {
  const { positionals, json, help, oci } = parseCommandLine(argv, USAGE);
  if (help) {
    printLines([`usage: ${USAGE}`, "Builds the image into a folder, an OCI image layout."]);
    return 0;
  }
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0 || oci === undefined)
    throw new UsageError(`usage: ${USAGE}`);
  const session = new Session();
  const spec = await readArguments(file, "optional");
  const prepared = await prepareFully(session, spec);
  const { assembled } = await publish(session, prepared, [ociLayoutDestination(resolve(oci))]);
  const outputs = describeBuilt(prepared, assembled);
  if (json) printJson(outputs);
  else printLines([...summary(outputs), `  in ${resolve(oci)}`]);
  return 0;
}
