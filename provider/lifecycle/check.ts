/**
 * check: every mistake at once, and all that a preview shows. What it answers become the resource's
 * inputs, and at a preview its outputs, so the digest is here before anything is pushed.
 * @module
 */
import { render, SeveralErrors, throwAll } from "../base/errors.ts";
import { assemble } from "../build/assemble.ts";
import { identifyLayers, type BuiltPlatform } from "../build/build-image.ts";
import { describeImage, describePlan } from "../build/describe.ts";
import { prepare, type Prepared } from "../build/prepare.ts";
import type { Session } from "../build/session.ts";
import type { Listing } from "../nix/listing.ts";
import type { NarHash } from "../nix/nix-hash.ts";
import { Repository } from "../oci/reference.ts";
import { draftSpec, type Spec, targetName } from "../plan/spec.ts";
import { ResourceState } from "../state.ts";
import { parseArguments, wireArguments, type CheckedArguments } from "./arguments.ts";
import { claim } from "./claims.ts";
import { rememberPlan } from "./plans.ts";
import { sayOnce } from "./say-once.ts";
import { summarizeNew } from "./summary.ts";
import { followsFromUnknown, PREVIEW_OUTPUTS, UNKNOWN } from "./unknown.ts";
import { toWire, type Wire } from "./wire.ts";

export interface CheckResult {
  readonly inputs: Wire;
  readonly failures: { readonly property: string; readonly reason: string }[];
}

export async function check(session: Session, olds: Wire, news: Wire): Promise<CheckResult> {
  try {
    const state = ResourceState.parse(olds["__state"]);
    session.knowledge.teach(state);
    const checked = parseArguments(news);
    const provider = news["__provider"];
    const computed = await compute(session, checked, { text: olds["__state"], state });
    return {
      inputs: toWire({ ...wireArguments(checked), ...computed, __provider: provider }),
      failures: [],
    };
  } catch (error) {
    return { inputs: {}, failures: failuresOf(error) };
  }
}

async function compute(
  session: Session,
  checked: CheckedArguments,
  before: RecordedState,
): Promise<Readonly<Record<string, unknown>>> {
  const { args, unknown } = checked;
  const draft = draftSpec(args, { directory: process.cwd(), destination: "required" });
  const mistakes = [...checked.mistakes, ...draft.mistakes];
  if (unknown.has("lock") || unknown.has("systems")) {
    throwAll(mistakes);
    return unknownOutputs();
  }
  const contentsUnknown = followsFromUnknown("planKey", unknown, []);
  const mayFetch = !contentsUnknown && (!checked.dryRun || args.previewDigests);
  const prepared = await prepare(session, draft.spec, { mayFetch, mistakes });
  if (prepared === undefined) return unknownOutputs(before.text);
  const built = contentsUnknown ? undefined : await identifyLayers(session, prepared, { mayFetch });
  const outputs: Readonly<Record<string, unknown>> =
    built === undefined
      ? { ...unknownOutputs(), ...describePlan(prepared) }
      : { ...describeImage(prepared, assemble(session, built)) };
  const tags = [args.tag, ...args.extraTags];
  const shown = Object.fromEntries(
    PREVIEW_OUTPUTS.map((name) => [
      name,
      followsFromUnknown(name, unknown, tags) ? UNKNOWN : outputs[name],
    ]),
  );
  if (built !== undefined && typeof outputs["digest"] === "string")
    for (const refs of [shown["taggedRefs"], mirrorRefs(draft.spec, shown["taggedRefs"])])
      claim(refs, outputs["digest"]);
  const text = built === undefined ? before.text : stateText(session, prepared, built, before);
  const computed = { ...shown, __state: text };
  rememberPlan(prepared);
  // Of what is there already, diff tells.
  if (checked.dryRun && before.text === undefined)
    sayOnce(targetName(draft.spec), summarizeNew(computed));
  return computed;
}

/** What the mirrors call the image; `taggedRefs` may be unknown, and then these are too. */
function mirrorRefs({ mirrors }: Spec, taggedRefs: unknown): unknown {
  if (!Array.isArray(taggedRefs)) return taggedRefs;
  const tags = taggedRefs.map((ref) => String(ref).slice(String(ref).lastIndexOf(":")));
  return mirrors.flatMap((mirror) => tags.map((tag) => Repository.format(mirror) + tag));
}

/** `olds.__state`, and what it says. */
interface RecordedState {
  readonly text: unknown;
  readonly state: ResourceState;
}

/** All that a machine with nothing but this state must know to plan this image, or its neighbour. */
function stateText(
  session: Session,
  prepared: Prepared,
  built: readonly BuiltPlatform[],
  before: RecordedState,
): unknown {
  const listings = new Map<NarHash, Listing>();
  for (const { plan } of built)
    for (const info of plan.paths.values()) {
      const listing = session.knowledge.listing(info.narHash);
      if (listing !== undefined && plan.linked.has(info.storePath))
        listings.set(info.narHash, listing);
    }
  const layers = new Map(
    built.flatMap((each) => each.layers.map((layer) => [layer.key, layer.identity] as const)),
  );
  const state = { lockSha256: prepared.lockSha256, layers, listings };
  // Packing takes longer than the rest of a check in which nothing changed.
  return ResourceState.same(before.state, state) ? before.text : ResourceState.format(state);
}

const unknownOutputs = (state?: unknown): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries(PREVIEW_OUTPUTS.map((name) => [name, UNKNOWN])),
  __state: state,
});

/** The engine shows a failure without a property most cleanly; paths are in the text. */
function failuresOf(error: unknown): CheckResult["failures"] {
  const errors = error instanceof SeveralErrors ? error.errors : [error];
  return errors.map((each) => ({ property: "", reason: render(each) }));
}
