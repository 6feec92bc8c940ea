import { defineCommand } from "../command.ts";
import { ARCHIVE_OPTIONS, JSON_OPTION, REF_IN_ARCHIVE } from "./shared-options.ts";

export const report = defineCommand({
  name: "report",
  summary: "show where the bytes of an image come from, and what a change costs",
  usage: [
    "ARGS.json [--against LOCK|ARGS.json|REF] [--html FILE] [--json]",
    "REF | --oci DIR|FILE.tar | --docker-archive FILE [--against …] [--html FILE] [--json]",
  ],
  about: [
    "Shows the layers and store paths that an image is made of, their sizes, the packages with their versions, and the references through which each store path came in. With --against it shows which packages changed, and what has to be pushed and pulled again.",
    `For ARGS.json, layers that are not known yet are built, nothing is pushed, and the command fails at maxImageSize, maxLayerSize and, with --against, maxGrowth after it has printed the report. For an image elsewhere, every layer is downloaded and read. ${REF_IN_ARCHIVE}`,
  ],
  operands: { optional: ["ARGS.json|REF"] },
  options: {
    against: {
      type: "string",
      value: "LOCK|ARGS.json|REF",
      isPath: true,
      doc: "Compares with another image: that of the same arguments with another lock, that of other arguments, or one in a registry.",
    },
    html: {
      type: "string",
      value: "FILE",
      isPath: true,
      doc: "Writes a page with a map of the bytes, for any browser. It needs no network and no other file.",
    },
    ...ARCHIVE_OPTIONS,
    json: JSON_OPTION,
  },
  run: async ({ operands: [subject], values, usageError }) => {
    const { reportImage } = await import("../report-image.ts");
    return reportImage({
      place: {
        reference: subject,
        oci: values.oci,
        dockerArchive: values["docker-archive"],
        usageError,
      },
      against: values.against,
      html: values.html,
      json: values.json,
    });
  },
});
