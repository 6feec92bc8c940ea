import { CheckedInputs } from "../../provider/resource/checked-inputs.ts";
import { compare } from "../../provider/resource/diff-resource.ts";
import type { DiffResult } from "../../provider/resource/diff-result.ts";
import type { PropertyMap } from "../../provider/resource/property-map.ts";
import { Recorded } from "../../provider/resource/recorded.ts";

/** What diff answers, without the lines that it prints. @param olds outputs in state. */
export const diff = (
  olds: PropertyMap,
  news: PropertyMap,
  directory: string = process.cwd(),
): DiffResult => compare(Recorded.parse(olds), CheckedInputs.parse(news), directory);
