import { defineCommand, type CommandLine } from "../command.ts";
import { ARCHIVE_OPTIONS, JSON_OPTION, REF_IN_ARCHIVE } from "./shared-options.ts";

export const verify = defineCommand({
  name: "verify",
  summary: "check an image: rebuild it, compare it with another one, check signatures",
  usage: [
    "REF | --oci DIR|FILE.tar | --docker-archive FILE --against IMAGE | --key FILE [--json]",
    "ARGS.json REF | … [--cached] [--against IMAGE] [--key FILE] [--json]",
  ],
  about: [
    "With ARGS.json it rebuilds the image in a temporary folder from NARs whose signatures and hashes are checked, reads all of the other image, and reports every difference. The local cache is not trusted.",
    "With --against it reads all layers of two images and compares what containers see: files by contents, mode, owner and time, store paths, the store database row by row, and the configs. A difference that the image has from docker.nix on purpose is reported as intended, with the reason; every other one as not explained. Platforms that only the other image has do not count.",
    "With --key it looks for signatures of the image by that key, as cosign 2 and cosign 3 write them, and for signed documents about it. Bills of materials and provenance are compared with the image: each store path that one of them names must be in the image with that NAR hash, and each one in the image must be named. With ARGS.json, provenance must name its lock.",
    "The exit code is 0 when every check passes, 1 when one fails: the rebuilt image is another one, a difference is not explained, the key has not signed the image, or a signed document is wrong.",
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
    key: {
      type: "string",
      value: "FILE",
      isPath: true,
      doc: "The public key that must have signed the image, such as cosign.pub.",
    },
    cached: {
      type: "boolean",
      default: false,
      doc: "Compares with the layers in the local cache instead of rebuilding them, which is quicker, and as trustworthy as the cache.",
    },
    json: JSON_OPTION,
  },
  run: async ({ operands, values, usageError }) => {
    const { oci, "docker-archive": dockerArchive, against, key, cached, json } = values;
    const [file, reference] = subject(operands, against ?? key);
    if (file === undefined && against === undefined && key === undefined)
      throw usageError("name what to verify it with: ARGS.json, --against or --key");
    if (key !== undefined && dockerArchive !== undefined)
      throw usageError("--key: a docker archive has no signatures");
    const { verifyImage } = await import("../verify/verify-image.ts");
    const place = { reference, oci, dockerArchive, usageError };
    return verifyImage({ place, file, against, keyFile: key, cached, json });
  },
});

/** One operand alone is ARGS.json or, when there is something else to verify the image with, REF. */
function subject(
  [first, second]: CommandLine["operands"],
  otherCheck: string | undefined,
): readonly [file: string | undefined, reference: string | undefined] {
  const isReference = otherCheck !== undefined && first?.endsWith(".json") === false;
  return second === undefined && isReference ? [undefined, first] : [first, second];
}
