/**
 * All arguments of LixImage. Everything else that knows the arguments derives it from this table: the SDK's
 * interface, validation, placeholders, what is unknown at a preview, diff, the fingerprint that finds policies,
 * the warning about secrets, the mock and the documentation.
 *
 * To add an argument, write its entry in one of the files of `entries/` (or in a new one, which is spread in
 * here), and the code that uses it: `spec.args.NAME` is there, parsed, with its default applied. Then run
 * `node_modules/node/bin/node test/support/generate.ts`, which writes sdk/args.ts, sdk/argument-names.ts,
 * docs/reference.md, the table of unknowns in docs/pulumi-users.md and the plugin's schema. What is in the image
 * belongs to the planKey: see `PlatformInput`. A state that was written before the argument existed must show no
 * change, so its absence has to mean what it meant before.
 * @module
 */
import type { Argument } from "./argument.ts";
import { ATTESTATIONS } from "./entries/attestations.ts";
import { COMPAT } from "./entries/compat.ts";
import { CONTENTS } from "./entries/contents.ts";
import { NAMES } from "./entries/names.ts";
import { FILES } from "./entries/files.ts";
import { RUNTIME } from "./entries/runtime.ts";
import { LIMITS } from "./entries/limits.ts";
import { OPERATIONS } from "./entries/operations.ts";
import { POLICY } from "./entries/policy.ts";
import { SIGNING } from "./entries/signing.ts";

/** In the order of the documentation. */
export const ARGUMENTS = {
  ...NAMES,
  ...CONTENTS,
  ...RUNTIME,
  ...COMPAT,
  ...FILES,
  ...LIMITS,
  ...POLICY,
  ...ATTESTATIONS,
  ...SIGNING,
  ...OPERATIONS,
} as const satisfies Readonly<Record<string, Argument>>;

export type ArgumentName = keyof typeof ARGUMENTS;

/** As a program gave them, or a state of any version has them: unread, and unknown in part. */
export type GivenArguments = Readonly<Partial<Record<ArgumentName, unknown>>>;

/** The same, for loops. */
export const ARGUMENT_LIST: readonly (readonly [ArgumentName, Argument])[] =
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- Object.entries forgets the names
  Object.entries(ARGUMENTS) as [ArgumentName, Argument][];

/** The arguments in a map that holds other things too. The engine passes null for one that is left out. */
export const argumentsIn = (map: Readonly<Record<string, unknown>>): GivenArguments =>
  Object.fromEntries(
    ARGUMENT_LIST.flatMap(([name]) => ((map[name] ?? null) === null ? [] : [[name, map[name]]])),
  );

/** Undefined: there is no such argument. */
export const entryOf = (name: string): Argument | undefined =>
  ARGUMENT_LIST.find(([each]) => each === name)?.[1];
