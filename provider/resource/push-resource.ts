/**
 * Create and update: push what the destinations lack, tags last, and record what they have now. If the first
 * destination fails, this throws and records nothing; if a further one fails, this is recorded as drift.
 * @module
 */
import type { Assembled } from "../app/assemble.ts";
import { identitiesOf, planWithDigests } from "../app/build-image.ts";
import { describeBuilt } from "../app/describe.ts";
import { destinationsOf } from "../app/destinations.ts";
import type { ImagePlan } from "../app/plan-image.ts";
import { publish, type DestinationFailure, type Published } from "../app/publish.ts";
import { PushReport } from "../app/push-report.ts";
import { answeredArguments, type CheckedArguments } from "../arguments/parse-arguments.ts";
import { makeSpec, targetName, type Spec } from "../arguments/spec.ts";
import { Known } from "../arguments/unknown.ts";
import { renderLines, throwAll } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { Repository } from "../formats/oci/reference.ts";
import { earlierLayers } from "../image/known-layers.ts";
import type { CheckedInputs } from "./checked-inputs.ts";
import { concernsImage, notPushedTo } from "./drift.ts";
import type { PushedResource } from "./pushed-resource.ts";
import { Recorded } from "./recorded.ts";
import { remediationLines } from "./remediated.ts";
import { repairedIn } from "./repaired.ts";
import type { ResourceSession } from "./resource-session.ts";
import { ResourceState } from "./state.ts";

export interface ToPush {
  /** What check answered, nothing unknown in it. */
  readonly given: CheckedInputs;
  /** Its arguments, as check reads them. */
  readonly checked: CheckedArguments;
  /** What state has, on an update. */
  readonly before: Recorded;
  /** Relative paths are relative to it. */
  readonly directory: string;
  readonly signal?: AbortSignal | undefined;
}

export async function pushResource(
  session: ResourceSession,
  { given, checked, before, directory, signal }: ToPush,
): Promise<PushedResource> {
  throwAll(checked.mistakes);
  const state = Known.value(given.state);
  const recorded = ResourceState.parse(state, session);
  session.knownLayers.seed(recorded);
  session.knownLayers.seedPlan(Known.value(given.outputs.planKey));
  const spec = makeSpec(checked.args, { directory, destination: "required" });
  const earlier = earlierLayers(recorded.layers);
  const imagePlan = await planWithDigests(session, spec, { earlierLayers: earlier, signal });
  const destinations = destinationsOf(session, spec);
  const everyBlob = before.drift.some(concernsImage);
  const previous = Recorded.digest(before);
  const published = await publish(session, imagePlan, destinations, {
    everyBlob,
    previous,
    signal,
  });
  narrate(session, imagePlan, published, before);
  const described = describeBuilt(imagePlan, published.assembled);
  for (const line of remediationLines(session, given, described.digest))
    log.warn(`${targetName(spec)}: ${line}`);
  const { failures } = published;
  return {
    id: targetName(spec),
    args: answeredArguments(checked),
    outputs: { ...described, drift: failures.map(({ destination }) => notPushedTo(destination)) },
    state: pushedState(state, published.assembled),
    given,
    failures: fatal(spec, failures),
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
  session: ResourceSession,
  { platforms }: ImagePlan,
  { reports, assembled }: Published,
  before: Recorded,
): void {
  for (const { system, warnings } of platforms)
    for (const warning of warnings) log.warn(`${system}: ${warning}`);
  for (const report of reports) {
    const repaired = repairedIn(session, before, assembled.image.root.digest, report);
    log.info(PushReport.line(report, repaired));
    session.lost.delete(report.destination);
  }
}
