import { assemble } from "../build/assemble.ts";
import { materialise } from "../build/build-image.ts";
import { describeBuilt } from "../build/describe.ts";
import { Session } from "../build/session.ts";
import { LixImageError } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { dockerArchive } from "../destination/docker-archive.ts";
import { findDocker } from "../destination/docker-context.ts";
import { loadIntoDocker } from "../destination/docker-engine.ts";
import { loadIntoPodman } from "../destination/podman.ts";
import { prepareFully } from "../lifecycle/push.ts";
import type { Spec } from "../plan/spec.ts";
import { parseCommandLine, readArguments } from "./arguments.ts";
import { printJson, printLines, summary } from "./print.ts";
import { UsageError } from "./usage.ts";

const USAGE = "lix-image load ARGS.json [--daemon | --podman] [--json]";
const ABOUT = [
  `usage: ${USAGE}`,
  "Builds the image and loads it into the Docker daemon of DOCKER_HOST or the current context, or",
  "into podman's storage. Of several systems it takes this machine's.",
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
  const spec = forThisMachine(await readArguments(file, "optional", { archives: [] }));
  // Asked first, so that nothing is built for a daemon that is nowhere.
  const docker = podman ? undefined : await findDocker(process.env);
  const prepared = await prepareFully(session, spec);
  const built = await materialise(session, prepared, () => true);
  const assembled = assemble(session, built);
  const outputs = describeBuilt(prepared, assembled);
  log.progress(`${docker?.description ?? "podman"}: loading`);
  const archive = await dockerArchive(assembled.image, outputs.taggedRefs);
  const said =
    docker === undefined
      ? await loadIntoPodman(archive, outputs.taggedRefs)
      : await loadIntoDocker(docker, archive);
  if (json) printJson({ ...outputs, loaded: said });
  else printLines([...summary(outputs), ...said.map((line) => `  ${line}`)]);
  return 0;
}

function forThisMachine(spec: Spec): Spec {
  const { systems } = spec.args;
  if (systems.length === 1) return spec;
  const machine = { x64: "x86_64-linux", arm64: "aarch64-linux" }[process.arch.toString()];
  const system = systems.find((each) => each === machine);
  if (system === undefined) throw new NotForThisMachine(systems);
  return { ...spec, args: { ...spec.args, systems: [system] } };
}

export class NotForThisMachine extends LixImageError {
  readonly code = "NOT_FOR_THIS_MACHINE";
  constructor(systems: readonly string[]) {
    super(`systems: expected one of this machine (${process.arch}); got ${systems.join(", ")}`, {
      hint: "name the one to load alone",
    });
  }
}
