import { defineCommand, type CommandLine } from "../command.ts";
import { ARCHIVE_OPTIONS, JSON_OPTION, REF_IN_ARCHIVE } from "./shared-options.ts";

export const verify = defineCommand({
  name: "verify",
  summary: "rebuild an image, or compare it with another one, and report every difference",
  usage: [
    "ARGS.json REF | --oci DIR|FILE.tar | --docker-archive FILE [--cached] [--against IMAGE] [--json]",
    "REF | --oci DIR|FILE.tar | --docker-archive FILE --against IMAGE [--json]",
  ],
  about: [
    "With ARGS.json it rebuilds the image in a temporary folder from NARs whose signatures and hashes are checked, reads all of the other image, and reports every difference. The local cache is not trusted.",
    "With --against it reads all layers of two images and compares what containers see: files by contents, mode, owner and time, store paths, the store database row by row, and the configs. A difference that the image has from docker.nix on purpose is reported as intended, with the reason; every other one as not explained. Platforms that only the other image has do not count.",
    "The exit code is 0 when every check passes, 1 when one fails: the rebuilt image is another one, or a difference is not explained.",
    `A docker archive has neither manifests nor compressed layers, so there the configs and the layers' contents are compared. ${REF_IN_ARCHIVE}`,
  ],
  operands: { optional: ["ARGS.json", "REF"] },
  options: {
    ...ARCHIVE_OPTIONS,
    against: {
      type: "string",
      value: "IMAGE",
      isPath: true,
      doc: "Compares with another image, such as ghcr.io/lix-project/lix: REF in a registry, oci:DIR|FILE.tar[:REF], or docker-archive:FILE[:REF].",
    },
    cached: {
      type: "boolean",
      default: false,
      doc: "Compares with the layers in the local cache instead of rebuilding them, which is quicker, and as trustworthy as the cache.",
    },
    json: JSON_OPTION,
  },
  run: async ({ operands, values, usageError }) => {
    const { oci, "docker-archive": dockerArchive, against, cached, json } = values;
    const [file, reference] = subject(operands, against);
    if (file === undefined && against === undefined)
      throw usageError("name what to verify it with: ARGS.json or --against");
    const { verifyImage } = await import("../verify/verify-image.ts");
    const place = { reference, oci, dockerArchive, usageError };
    return verifyImage({ place, file, against, cached, json });
  },
});

/** One operand alone is ARGS.json or, when there is something else to verify the image with, REF. */
function subject(
  [first, second]: CommandLine["operands"],
  against: string | undefined,
): readonly [file: string | undefined, reference: string | undefined] {
  const isReference = against !== undefined && first?.endsWith(".json") === false;
  return second === undefined && isReference ? [undefined, first] : [first, second];
}
