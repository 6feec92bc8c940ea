import { assemble } from "../app/assemble.ts";
import { buildMissingLayers } from "../app/build-image.ts";
import { planWithinLimits } from "../app/size-limits.ts";
import { describeBuilt } from "../app/describe.ts";
import { loading } from "../image/progress.ts";
import { Session } from "../app/session.ts";
import { dockerArchive } from "../destination/docker-archive.ts";
import { findDocker, type DockerEndpoint } from "../destination/docker-context.ts";
import { dockerArchitecture, loadIntoDocker } from "../destination/docker-engine.ts";
import { loadIntoPodman } from "../destination/podman.ts";
import { targetName, type Spec } from "../arguments/spec.ts";
import { readArguments } from "./arguments-file.ts";
import { printJson, printLines, summary } from "./print.ts";
import { lixError } from "../errors/lix-error.ts";

/** Builds the image and loads it into the Docker daemon, or into podman's storage. */
export async function loadImage(
  file: string,
  { podman, json }: { readonly podman: boolean; readonly json: boolean },
): Promise<number> {
  const session = new Session();
  const read = await readArguments(file, "optional", { archives: [] });
  // The daemon is looked up first, because without one there is no need to build.
  const docker = podman ? undefined : await findDocker(process.env);
  const spec = await forOneMachine(read, docker);
  const imagePlan = await planWithinLimits(session, spec);
  const built = await buildMissingLayers(session, imagePlan, () => true);
  const assembled = assemble(session, built);
  const outputs = describeBuilt(imagePlan, assembled);
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
    throw lixError("NOT_FOR_THIS_MACHINE", { systems: spec.args.systems, architecture, place });
  }
  return { ...spec, args: { ...spec.args, systems: [one[0]] }, platforms: new Map([one]) };
}

/** As Go names it. */
const thisArchitecture = (): string =>
  ({ x64: "amd64", ia32: "386" })[process.arch.toString()] ?? process.arch;
