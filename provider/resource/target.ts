/** Which repositories an image goes to, by its arguments in state or in the engine's inputs. @module */
import { z } from "zod";
import { Repository } from "../formats/oci/reference.ts";
import { Lenient } from "./lenient.ts";
import type { PropertyMap } from "./property-map.ts";

const TargetJson = z.object({
  registry: Lenient.text,
  repository: Lenient.text,
  name: Lenient.text,
  mirrors: Lenient.strings,
});

export type Target = z.output<typeof TargetJson>;

export const Target = {
  parse: (map: PropertyMap): Target => TargetJson.parse(map),

  /** Undefined: archives only. */
  repository(target: Target): Repository | undefined {
    if (target.repository !== undefined) return Repository.parse(target.repository);
    if (target.registry === undefined) return undefined;
    return Repository.parse(`${target.registry.replace(/\/+$/, "")}/${nameOf(target)}`);
  },

  /** All that the image is pushed to, mirrors after the first. */
  repositories(target: Target): Repository[] {
    const mirrors = target.mirrors.map((mirror) => Repository.parse(mirror));
    return [Target.repository(target) ?? [], mirrors].flat();
  },

  /** The resource's id: `registry/name`, or the bare name where only archives are written. */
  id(target: Target): string {
    const repository = Target.repository(target);
    return repository === undefined ? nameOf(target) : Repository.format(repository);
  },
};

const nameOf = (target: Target): string => (target.name ?? "lix").toLowerCase();
