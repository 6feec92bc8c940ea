/** A comparison of two images for people. @module */
import { DEVIATIONS, type Deviation } from "./deviations.ts";
import type { Difference } from "./difference.ts";
import type {
  ExplainedComparison,
  ExplainedDifference,
  ImageComparison,
} from "./image-comparison.ts";

const EXPLAINED_SHOWN = 3;
const UNEXPLAINED_SHOWN = 50;

export function comparisonLines(comparison: ImageComparison): string[] {
  const { here, there, platforms, platformsOnlyHere, platformsOnlyThere } = comparison;
  return [
    `${here.image} compared with ${there.image} (${there.digest}): ${verdictOf(comparison)}`,
    ...[...platforms].flatMap(([platform, compared]) => [platform, ...platformLines(compared)]),
    ...platformsOnlyHere.map((platform) => `${platform}: not explained: the other image has none`),
    ...platformsOnlyThere.map((platform) => `${platform}: only the other image has it`),
  ];
}

function verdictOf({ unexplained, platforms }: ImageComparison): string {
  if (unexplained > 0)
    return unexplained === 1
      ? "1 difference is not explained"
      : `${unexplained} differences are not explained`;
  return [...platforms.values()].every(({ differences }) => differences.length === 0)
    ? "no difference"
    : "every difference is intended";
}

function platformLines(compared: ExplainedComparison): string[] {
  const { layers, storePaths, files, registered, differences } = compared;
  const unexplained = differences.filter(({ deviation }) => deviation === undefined);
  const byDeviation = Map.groupBy(differences, ({ deviation }) => deviation);
  return [
    `  layers: ${layers.same} the same, ${sides(layers.onlyHere.length, layers.onlyThere.length)}`,
    `  store paths: ${storePaths.same} the same, ${storePaths.paired} with another hash, ${sides(storePaths.onlyHere, storePaths.onlyThere)}`,
    `  files: ${files.same} the same, ${files.different} different, ${sides(files.onlyHere, files.onlyThere)}`,
    ...(registered
      ? [
          `  store database: ${registered.both} rows in both, ${sides(registered.onlyHere, registered.onlyThere)}`,
        ]
      : []),
    ...DEVIATIONS.flatMap((deviation) => intendedLines(deviation, byDeviation.get(deviation.name))),
    ...shown(unexplained, UNEXPLAINED_SHOWN, (each, note) => [
      `  not explained: ${sidesOf(each)}${note}`,
      ...(each.lines ?? []).map((line) => `      ${line}`),
    ]),
  ];
}

const sides = (here: number, there: number): string => `${here} only here, ${there} only there`;

function intendedLines(
  { upstream, here, why }: Deviation,
  differences: readonly ExplainedDifference[] = [],
): string[] {
  if (differences.length === 0) return [];
  return [
    `  intended: docker.nix: ${plain(upstream)}; here: ${plain(here)}`,
    `    why: ${plain(why)}`,
    ...shown(differences, EXPLAINED_SHOWN, (each, note) => [`    ${sidesOf(each)}${note}`]),
  ];
}

/** The table is Markdown. */
const plain = (text: string): string => text.replaceAll("`", "");

/** Those that only count up, such as the dates of all history entries, are shown once. */
function shown(
  differences: readonly ExplainedDifference[],
  most: number,
  lines: (difference: ExplainedDifference, note: string) => string[],
): string[] {
  const groups = [...Map.groupBy(differences, alike).values()];
  const more = groups.slice(most).flat().length;
  return [
    ...groups.slice(0, most).flatMap(([first, ...others]) => {
      const note = others.length === 0 ? "" : ` (and ${others.length} more like it)`;
      return first === undefined ? [] : lines(first, note);
    }),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ];
}

const alike = ({ subject, here, there, lines }: Difference): string =>
  JSON.stringify([subject.replace(/ \d+/, " *"), here, there, lines]);

/** `/usr/share: here a link to …; there a link to …` */
function sidesOf({ subject, here, there }: Difference): string {
  const [ours, theirs] = [here && shortened(here), there && shortened(there)];
  if (here !== undefined && here === there) return `${subject}: ${ours}`;
  if (subject === here) return `${here}: ${there === undefined ? "only here" : `there ${there}`}`;
  if (subject === there) return `${subject}: only there`;
  if (there === undefined) return `${subject}: only here: ${ours}`;
  if (here === undefined) return `${subject}: only there: ${theirs}`;
  return `${subject}: here ${ours}; there ${theirs}`;
}

const LONGEST = 160;

const shortened = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
