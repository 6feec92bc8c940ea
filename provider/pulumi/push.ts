/**
 * create and update: push what the destinations lack, tags last, and record what they have now. If the first
 * destination fails, this throws and records nothing; if a further one fails, this is recorded as drift.
 * @module
 */
import { renderLines, throwAll } from "../base/errors.ts";
import { log } from "../base/log.ts";
import type { Assembled } from "../app/assemble.ts";
import { describeBuilt } from "../app/describe.ts";
import { identitiesOf, planWithDigests } from "../app/build-image.ts";
import type { ImagePlan } from "../app/plan-image.ts";
import { publish, type DestinationFailure, type Published } from "../app/publish.ts";
import { PushReport } from "../app/push-report.ts";
import type { Session } from "../app/session.ts";
import { Repository } from "../formats/oci/reference.ts";
import { makeSpec, targetName, type Spec } from "../arguments/spec.ts";
import { earlierLayers } from "../image/known-layers.ts";
import { ResourceState } from "../resource/state.ts";
import { parseArguments, answeredArguments } from "../arguments/parse-arguments.ts";
import { DeclaredOutputs } from "../resource/declared-outputs.ts";
import { destinationsOf } from "../app/destinations.ts";
import { notPushedTo } from "../resource/drift.ts";
import { noteFound } from "../resource/lost.ts";
import { withLayerNames } from "../resource/recorded-layers.ts";
import { Recorded } from "../resource/recorded.ts";
import { repairedIn } from "../resource/repaired.ts";
import { promisedBeside, remediationLines } from "./remediated.ts";
import { Known } from "../arguments/unknown.ts";
import { CheckedInputs } from "../resource/checked-inputs.ts";
import { toPropertyMap, type PropertyMap } from "../resource/property-map.ts";

export interface PushResult {
  /** `registry/name`: stable over all updates. */
  readonly id: string;
  readonly outs: PropertyMap;
  /** The further destinations that do not have the image. */
  readonly failures: readonly DestinationFailure[];
}

/**
 * @param inputs what check answered, nothing unknown in it.
 * @param olds outputs in state, on an update.
 */
export async function push(
  session: Session,
  inputs: PropertyMap,
  olds: PropertyMap = {},
  directory: string = process.cwd(),
): Promise<PushResult> {
  const given = CheckedInputs.parse(inputs);
  const before = Recorded.parse(olds);
  const checked = parseArguments(inputs);
  throwAll(checked.mistakes);
  const state = Known.value(given.state);
  const recorded = ResourceState.parse(state);
  session.knownLayers.seed(recorded);
  session.knownLayers.seedPlan(Known.value(given.outputs.planKey));
  const spec = makeSpec(checked.args, { directory, destination: "required" });
  const imagePlan = await planWithDigests(session, spec, earlierLayers(recorded.layers));
  const destinations = destinationsOf(session, spec);
  const everyBlob = before.drift.length > 0;
  const previous = Recorded.digest(before);
  const published = await publish(session, imagePlan, destinations, { everyBlob, previous });
  narrate(imagePlan, published, before);
  const described = describeBuilt(imagePlan, published.assembled);
  for (const line of remediationLines(given, described.digest))
    log.warn(`${targetName(spec)}: ${line}`);
  const { failures } = published;
  return {
    failures: fatal(spec, failures),
    id: targetName(spec),
    outs: toPropertyMap({
      ...answeredArguments(checked),
      ...DeclaredOutputs.complete(withLayerNames(described)),
      drift: failures.map(({ destination }) => notPushedTo(destination)),
      __state: pushedState(state, published.assembled),
      // A refresh gets the outputs and has to return the inputs.
      __checked: Known.value(given.fingerprint),
      ...promisedBeside(given),
      __provider: inputs["__provider"],
    }),
  };
}

/** Leaves out the mirrors whose failure is only a warning for the user; they are recorded as drift, too. */
function fatal({ args, mirrors }: Spec, failures: readonly DestinationFailure[]) {
  if (args.mirrorFailure === "error") return failures;
  const names = new Set(mirrors.map(Repository.format));
  for (const { destination, error } of failures)
    if (names.has(destination)) {
      const [first = "", ...more] = renderLines(error);
      const line = `${destination} does not have the image; the next \`up\` sends it there: ${first}`;
      log.warn([line, ...more]);
    }
  return failures.filter(({ destination }) => !names.has(destination));
}

/**
 * The state with the layers as they were pushed, because a layer that was compressed again may have a new digest.
 * Check reads this state after a refresh, which turns outputs into inputs.
 */
function pushedState(text: string | undefined, { platforms }: Assembled): string | undefined {
  const planned = ResourceState.parse(text);
  const pushed = { ...planned, layers: identitiesOf(platforms) };
  return ResourceState.same(planned, pushed) ? text : ResourceState.format(pushed);
}

function narrate(
  { platforms }: ImagePlan,
  { reports, assembled }: Published,
  before: Recorded,
): void {
  for (const { system, warnings } of platforms)
    for (const warning of warnings) log.warn(`${system}: ${warning}`);
  for (const report of reports) {
    log.info(PushReport.line(report, repairedIn(before, assembled.image.root.digest, report)));
    noteFound(report.destination);
  }
}
