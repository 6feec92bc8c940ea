/** Whether an image differs from another one only as it should. @module */
import { comparisonLines } from "../../compare/comparison-lines.ts";
import { compareImageContents, type ImageComparison } from "../../compare/image-comparison.ts";
import { withImage, type ImagePlace, type ImageSource } from "../image-source.ts";
import type { CheckResult } from "./check-result.ts";

export function checkAgainst(image: ImageSource, place: ImagePlace): Promise<CheckResult> {
  return withImage(place, async (other) => {
    const comparison = await compareImageContents(image, other);
    return {
      passed: comparison.unexplained === 0,
      json: { against: forPrograms(comparison) },
      lines: comparisonLines(comparison),
    };
  });
}

const forPrograms = ({ there, platforms, ...rest }: ImageComparison) => ({
  ref: there.image,
  digest: there.digest,
  unexplained: rest.unexplained,
  platforms: Object.fromEntries(platforms),
  platformsOnlyHere: rest.platformsOnlyHere,
  platformsOnlyThere: rest.platformsOnlyThere,
});
