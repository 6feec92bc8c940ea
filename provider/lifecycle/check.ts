/**
 * check: every mistake at once, and all that a preview shows. What it answers become the resource's
 * inputs, and at a preview its outputs, so the digest is here before anything is pushed.
 * @module
 */
import { render, SeveralErrors } from "../base/errors.ts";
import { assemble } from "../build/assemble.ts";
import { identifyLayers, type BuiltPlatform } from "../build/build-image.ts";
import { describeImage, describePlan } from "../build/describe.ts";
import { prepare, type Prepared } from "../build/prepare.ts";
import type { Session } from "../build/session.ts";
import type { Listing } from "../nix/listing.ts";
import type { NarHash } from "../nix/nix-hash.ts";
import { makeSpec } from "../plan/spec.ts";
import { ResourceState } from "../state.ts";
import { parseArguments, wireArguments, type CheckedArguments } from "./arguments.ts";
import { claim } from "./claims.ts";
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
    const computed = await compute(session, checked, olds["__state"]);
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
  oldState: unknown,
): Promise<Readonly<Record<string, unknown>>> {
  const { args, unknown } = checked;
  const spec = makeSpec(args, { directory: process.cwd(), destination: "required" });
  if (unknown.has("lock")) return unknownOutputs();
  const contentsUnknown = followsFromUnknown("planKey", unknown, []);
  const mayFetch = !contentsUnknown && (!checked.dryRun || args.previewDigests);
  const prepared = await prepare(session, spec, { mayFetch });
  if (prepared === undefined) return unknownOutputs(oldState);
  const built = contentsUnknown
    ? undefined
    : await identifyLayers(session, prepared, { mayBuild: mayFetch });
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
    claim(shown["taggedRefs"], outputs["digest"]);
  const state = built === undefined ? oldState : stateOf(session, prepared, built);
  return { ...shown, __state: state };
}

/** All that a machine with nothing but this state must know to plan this image, or its neighbour. */
function stateOf(session: Session, prepared: Prepared, built: readonly BuiltPlatform[]): string {
  const listings = new Map<NarHash, Listing>();
  for (const { plan } of built)
    for (const info of plan.paths.values()) {
      const listing = session.knowledge.listing(info.narHash);
      if (listing !== undefined && plan.linked.has(info.storePath))
        listings.set(info.narHash, listing);
    }
  return ResourceState.format({
    lockSha256: prepared.lockSha256,
    layers: new Map(
      built.flatMap(({ layers }) => layers.map((layer) => [layer.key, layer.identity])),
    ),
    listings,
  });
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
