/** Many mistakes as one message that still fits a screen. @module */

const SHOWN = 20;

/** One mistake as it stands; several one a line, those beyond the twentieth only counted. */
export function enumerate(mistakes: readonly string[], plural = "mistakes"): string {
  const [first] = mistakes;
  if (mistakes.length === 1 && first !== undefined) return first;
  const shown = mistakes.slice(0, SHOWN).map((mistake) => `\n  - ${mistake}`);
  const more = mistakes.length - shown.length;
  return `${mistakes.length} ${plural}${shown.join("")}${more > 0 ? `\n  and ${more} more` : ""}`;
}
