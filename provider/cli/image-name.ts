/**
 * The name of an image that is an option's value, as skopeo writes it.
 * @see https://github.com/containers/image/blob/main/docs/containers-transports.5.md
 * @module
 */
import type { CommandLine } from "./command.ts";
import { imagePlace, type ImagePlace } from "./image-source.ts";

/** `REF`, `docker://REF`, `oci:DIR|FILE.tar[:REF]` or `docker-archive:FILE[:REF]`. */
export function imageName(text: string, usageError: CommandLine["usageError"]): ImagePlace {
  const [, transport, path = "", reference] = NAME.exec(text) ?? [];
  if (transport === undefined) {
    const remote = text.replace(/^docker:\/\//, "");
    return imagePlace({ reference: remote, oci: undefined, dockerArchive: undefined, usageError });
  }
  const kind = transport === "docker-archive" ? "docker archive" : "layout";
  return { kind, path, reference };
}

const NAME = /^(oci|oci-archive|docker-archive):([^:]+)(?::(.+))?$/;
