import { assemble } from "../app/assemble.ts";
import { materialise, prepareFully } from "../app/build-image.ts";
import { describeBuilt } from "../app/describe.ts";
import { loading } from "../image/progress.ts";
import { Session } from "../image/session.ts";
import { LixImageError } from "../base/errors.ts";
import { dockerArchive } from "../destination/docker-archive.ts";
import { findDocker, type DockerEndpoint } from "../destination/docker-context.ts";
import { dockerArchitecture, loadIntoDocker } from "../destination/docker-engine.ts";
import { loadIntoPodman } from "../destination/podman.ts";
import { targetName, type Spec } from "../arguments/spec.ts";
import { parseCommandLine, readArguments } from "./arguments.ts";
import { printJson, printLines, summary } from "./print.ts";
import { UsageError } from "./usage.ts";

const USAGE = "lix-image load ARGS.json [--daemon | --podman] [--json]";
const ABOUT = [
  `usage: ${USAGE}`,
  "Builds the image and loads it into the Docker daemon of DOCKER_HOST or the current context, or",
  "into podman's storage. Of several systems it takes the daemon's, with --podman this machine's.",
];

export async function loadCommand(argv: string[]): Promise<number> {
  const { positionals, json, help, daemon, podman } = parseCommandLine(argv, USAGE);
  if (help) {
    printLines(ABOUT);
    return 0;
  }
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0 || (daemon && podman))
    throw new UsageError(`usage: ${USAGE}`);
  const session = new Session();
  const read = await readArguments(file, "optional", { archives: [] });
  // Found first, so that nothing is built for a daemon that is nowhere.
  const docker = podman ? undefined : await findDocker(process.env);
  const spec = await forOneMachine(read, docker);
  const prepared = await prepareFully(session, spec);
  const built = await materialise(session, prepared, () => true);
  const assembled = assemble(session, built);
  const outputs = describeBuilt(prepared, assembled);
  const place = docker?.description ?? "podman";
  const archive = await dockerArchive(assembled.image, outputs.taggedRefs);
  const said = await loading({ parts: archive, place, name: targetName(spec) }, (parts) =>
    docker === undefined
      ? loadIntoPodman(parts, outputs.taggedRefs)
      : loadIntoDocker(docker, parts),
  );
  if (json) printJson({ ...outputs, loaded: said });
  else printLines([...summary(outputs), ...said.map((line) => `  ${line}`)]);
  return 0;
}

async function forOneMachine(spec: Spec, docker: DockerEndpoint | undefined): Promise<Spec> {
  if (spec.platforms.size === 1) return spec;
  const architecture = docker === undefined ? thisArchitecture() : await dockerArchitecture(docker);
  const one = [...spec.platforms].find(([, platform]) => platform.architecture === architecture);
  if (one === undefined) {
    const place = docker?.description ?? "this machine";
    throw new NotForThisMachine(spec.args.systems, `${architecture}, as ${place} is`);
  }
  return { ...spec, args: { ...spec.args, systems: [one[0]] }, platforms: new Map([one]) };
}

/** As Go names it. */
const thisArchitecture = (): string =>
  ({ x64: "amd64", ia32: "386" })[process.arch.toString()] ?? process.arch;

export class NotForThisMachine extends LixImageError {
  readonly code = "NOT_FOR_THIS_MACHINE";
  constructor(systems: readonly string[], expected: string) {
    super(`systems: expected one for ${expected}; got ${systems.join(", ")}`, {
      hint: "name the one to load alone",
    });
  }
}
