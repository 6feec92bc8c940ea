import { defineCommand } from "../command.ts";
import { ARCHIVE_OPTIONS, JSON_OPTION, REF_IN_ARCHIVE } from "./shared-options.ts";

export const verify = defineCommand({
  name: "verify",
  summary: "rebuild an image from signed packages, and report every difference",
  usage: ["ARGS.json REF | --oci DIR|FILE.tar | --docker-archive FILE [--cached] [--json]"],
  about: [
    "Rebuilds the image in a temporary folder from NARs whose signatures and hashes are checked, reads all of the other image, and reports every difference. The local cache is not trusted. The exit code is 0 when the images are equal, and 1 when they differ.",
    `A docker archive has neither manifests nor compressed layers, so there the configs and the layers' contents are compared. ${REF_IN_ARCHIVE}`,
  ],
  operands: { required: ["ARGS.json"], optional: ["REF"] },
  options: {
    ...ARCHIVE_OPTIONS,
    cached: {
      type: "boolean",
      default: false,
      doc: "Compares with the layers in the local cache instead, which is quicker, and as trustworthy as the cache.",
    },
    json: JSON_OPTION,
  },
  run: async ({ operands: [file = "", reference], values, usageError }) => {
    const { verifyImage } = await import("../verify-image.ts");
    return verifyImage(file, {
      place: { reference, oci: values.oci, dockerArchive: values["docker-archive"], usageError },
      cached: values.cached,
      json: values.json,
    });
  },
});
