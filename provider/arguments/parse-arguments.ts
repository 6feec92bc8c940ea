/**
 * The engine's `news`, parsed: what the program wrote, which of it is unknown, what is wrong with it.
 * @module
 */
import { LixImageInputs, type LixImageSpec } from "./schema.ts";
import { throwAll } from "../base/errors.ts";
import { kindOf, partAt } from "./parts.ts";
import { OutputNames } from "./output-names.ts";
import { JsonPath } from "./json-path.ts";
import { textMistakes } from "./validate-text.ts";
import { schemaMistakes } from "./validate-schema.ts";
import { entryOf, type GivenArguments } from "./table.ts";
import { withPlaceholders } from "./placeholders.ts";
import { UNKNOWN, unknownPlaces } from "./unknown.ts";

export interface CheckedArguments {
  /** Defaults applied; placeholders where something is unknown or wrong. */
  readonly args: LixImageSpec;
  /** What the schema finds wrong. Later steps may find more in `args`; all mistakes are reported together. */
  readonly mistakes: readonly unknown[];
  /** Where the arguments are unknown. */
  readonly unknownPlaces: readonly JsonPath[];
  /** Names of the arguments that are, or contain, an unknown; with what was given for them. */
  readonly unknown: ReadonlyMap<string, unknown>;
  /** Names of the arguments that are unknown or wrong, at least in part. */
  readonly incomplete: ReadonlySet<string>;
  /** A preview, as the SDK says. */
  readonly dryRun: boolean;
}

/** @param outputs which of them are to be judged as arguments; others in `news` check has put there. */
export function parseArguments(
  news: Readonly<Record<string, unknown>>,
  outputs: ReadonlySet<string> = new Set(),
): CheckedArguments {
  // Keys with "__" are ours.
  const given = Object.fromEntries(
    Object.entries(news).filter(
      ([name]) => !name.startsWith("__") && (!OutputNames.has(name) || outputs.has(name)),
    ),
  );
  const unknown = unknownPlaces(given);
  // Where nothing may stand, an unknown is wrong whatever it will be.
  const expected = unknown.filter((place) => partAt(place) !== undefined);
  const { args, mistakes, wrong } = readInputs(withPlaceholders(given, expected));
  return {
    args,
    mistakes,
    unknownPlaces: unknown,
    unknown: new Map(unknown.map(([name]) => [String(name), given[String(name)]])),
    incomplete: new Set([...unknown, ...wrong].map(([name]) => String(name))),
    dryRun: news["__dryRun"] === true,
  };
}

export interface ReadInputs {
  /** Defaults applied; placeholders for what is wrong. */
  readonly args: LixImageSpec;
  readonly mistakes: readonly unknown[];
  /** Where the mistakes are. */
  readonly wrong: readonly JsonPath[];
}

/** The schema's verdict, as our errors, and what can be checked further all the same. */
export function readInputs(given: unknown): ReadInputs {
  const read = LixImageInputs.safeParse(given);
  const texts = textMistakes(given);
  if (read.success && texts.length === 0) return { args: read.data, mistakes: [], wrong: [] };
  const mistakes = [...texts, ...(read.success ? [] : schemaMistakes(read.error.issues, given))];
  const errors = mistakes.map((mistake) => mistake.error);
  const wrong = mistakes.map((mistake) => mistake.place);
  const names = wrong.map((place) => place.slice(0, 1));
  // A part of an argument may have no stand-in; the whole always has.
  for (const places of [wrong, names]) {
    const again = LixImageInputs.safeParse(withPlaceholders(Object(given), places));
    if (again.success) return { args: again.data, mistakes: errors, wrong };
  }
  throwAll(errors);
  throw new RangeError("the schema refuses placeholders");
}

/**
 * What check hands on as inputs for these arguments: defaults applied, unknowns where they were. An update
 * plan holds `up` to it, so it has every property that it will have when nothing is unknown any more.
 */
export function answeredArguments(checked: CheckedArguments): GivenArguments {
  const { args, mistakes, unknown } = checked;
  // Placeholders for what is wrong may have no place for an unknown, and these arguments are not used further.
  if (mistakes.length > 0) return { ...args, ...Object.fromEntries(unknown) };
  return [...checked.unknownPlaces, ...unknownDefaults(checked)].reduce<GivenArguments>(
    (made, place) => Object(JsonPath.write(made, place, UNKNOWN)),
    { ...args },
  );
}

/** Defaults that follow from an unknown. */
const unknownDefaults = ({ unknownPlaces: places, unknown }: CheckedArguments): JsonPath[] =>
  places.flatMap((place) => {
    const [name = ""] = place;
    const inner = kindOf(place).slice(String(name).length);
    return Object.entries(entryOf(String(name))?.parts ?? {}).flatMap(
      ([follower, { defaultFollows }]) => {
        if (defaultFollows !== inner) return [];
        const other = [...place.slice(0, -1), follower.slice(follower.lastIndexOf(".") + 1)];
        return JsonPath.read(Object.fromEntries(unknown), other) === undefined ? [other] : [];
      },
    );
  });
