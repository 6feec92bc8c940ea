/** Many mistakes as one message that still fits a screen. @module */
import type { Lines } from "./printable.ts";

const SHOWN = 20;

/** One mistake after the subject; several one a line, those beyond the twentieth only counted. */
export function enumerate(
  subject: string,
  mistakes: readonly Lines[],
  plural = "mistakes",
): string[] {
  const each = mistakes.map((lines) => (typeof lines === "string" ? [lines] : lines));
  const [only = []] = each;
  if (each.length === 1) return [`${subject}${only[0] ?? ""}`, ...only.slice(1)];
  const shown = each
    .slice(0, SHOWN)
    .flatMap(([first = "", ...rest]) => [`  - ${first}`, ...rest.map((line) => `    ${line}`)]);
  const more = each.length - SHOWN;
  return [
    `${subject}${each.length} ${plural}`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
