/**
 * `aliases`: the names that a resource may have had before, its own and those that follow from its parent's.
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go generateAliases
 * @module
 */
import type pulumi from "@pulumi/pulumi/proto/alias_pb.js";
import { STACK_TYPE, Urn, type UrnParts } from "./urn.ts";

/** A whole URN, or what was different; `parent: null` says that there was none. */
export type Alias = string | { readonly [K in keyof UrnParts]?: UrnParts[K] | null | undefined };

export const Alias = {
  of(message: pulumi.Alias): Alias {
    const spec = message.getSpec();
    if (spec === undefined) return message.getUrn();
    return {
      stack: spec.getStack() || undefined,
      project: spec.getProject() || undefined,
      parent: spec.getNoparent() ? null : spec.getParenturn() || undefined,
      type: spec.getType() || undefined,
      name: spec.getName() || undefined,
    };
  },

  /** `aliased`: which URN each resource of this operation was found by, when it was an older one. */
  urns(
    aliases: readonly Alias[],
    now: UrnParts,
    aliased: ReadonlyMap<string, string>,
  ): readonly string[] {
    const own = aliases.map((alias) => urnOf(alias, now, aliased));
    const before = now.parent === undefined ? undefined : aliased.get(now.parent);
    if (now.parent === undefined || before === undefined) return own;
    const parent = { name: Urn.name(now.parent), before };
    const inherited = [now, ...own.map((urn) => ({ name: Urn.name(urn), type: Urn.type(urn) }))];
    return [
      ...own,
      ...inherited.map(({ name, type }) =>
        Urn.of({ ...now, type, name: withParent(name, parent), parent: parent.before }),
      ),
    ];
  },
};

function urnOf(alias: Alias, now: UrnParts, aliased: ReadonlyMap<string, string>): string {
  if (typeof alias === "string") return alias;
  const given = alias.parent ?? undefined;
  const before = given === undefined ? undefined : (aliased.get(given) ?? given);
  const parent = alias.parent === undefined ? now.parent : before;
  return Urn.of({
    stack: alias.stack ?? now.stack,
    project: alias.project ?? now.project,
    type: alias.type ?? now.type,
    name: alias.name ?? now.name,
    parent: parent !== undefined && Urn.type(parent) === STACK_TYPE ? undefined : parent,
  });
}

/** A child called `app-image` below `app` was `old-image` when its parent was `old`. */
function withParent(name: string, parent: { name: string; before: string }): string {
  const rest = name.startsWith(parent.name) ? name.slice(parent.name.length) : undefined;
  return rest === undefined ? name : Urn.name(parent.before) + rest;
}
