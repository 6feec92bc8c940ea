/** The outputs that check computes, each known or not. @module */
import type { z } from "zod";
import type { LixImageOutputs } from "../../sdk/outputs.ts";
import type { PreviewOutput } from "../arguments/argument.ts";
import { Known, NOT_KNOWN, PREVIEW_OUTPUTS, type Unknown } from "../arguments/unknown.ts";
import { Lenient } from "./lenient.ts";
import type { PropertyMap } from "./property-map.ts";

/** An output that the image does not have is known to be undefined. */
export type PreviewOutputs = {
  readonly [Name in PreviewOutput]: Known<LixImageOutputs[Name] | undefined> | Unknown;
};

export const PreviewOutputs = {
  /** @param isKnown whether the value in `outputs`, if there is one, may be shown. */
  of(outputs: Partial<LixImageOutputs>, isKnown: (name: PreviewOutput) => boolean): PreviewOutputs {
    const shown = <Name extends PreviewOutput>(name: Name) =>
      isKnown(name) ? Known.of(outputs[name]) : NOT_KNOWN;
    return {
      ref: shown("ref"),
      digest: shown("digest"),
      taggedRefs: shown("taggedRefs"),
      mirrorRefs: shown("mirrorRefs"),
      revision: shown("revision"),
      version: shown("version"),
      labels: shown("labels"),
      packages: shown("packages"),
      platforms: shown("platforms"),
      size: shown("size"),
      planKey: shown("planKey"),
    };
  },

  parse(map: PropertyMap): PreviewOutputs {
    const read = <T>(name: PreviewOutput, reader: z.ZodType<T>): Known<T> | Unknown =>
      Known.read(map[name], (value) => reader.parse(value));
    return {
      ref: read("ref", Lenient.text),
      digest: read("digest", Lenient.text),
      taggedRefs: read("taggedRefs", Lenient.strings),
      mirrorRefs: read("mirrorRefs", Lenient.strings),
      revision: read("revision", Lenient.text),
      version: read("version", Lenient.text),
      labels: read("labels", Lenient.texts),
      packages: read("packages", Lenient.texts),
      platforms: read("platforms", Lenient.platforms),
      size: read("size", Lenient.number),
      planKey: read("planKey", Lenient.text),
    };
  },

  format: (outputs: PreviewOutputs): PropertyMap =>
    Object.fromEntries(PREVIEW_OUTPUTS.map((name) => [name, Known.format(outputs[name])])),
};
