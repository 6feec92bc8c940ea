import { defineCommand } from "../command.ts";

const FORMATS = ["spdx", "cyclonedx"] as const;

export const sbom = defineCommand({
  name: "sbom",
  summary: "print the software bill of materials of an image",
  usage: ["ARGS.json [--format spdx|cyclonedx]"],
  about: [
    "Prints the document that a push with the argument sbom attaches to the image: every store path with its version, license, hash, references and layer. Layers that are not known yet are built, because the document names them. Nothing is pushed.",
  ],
  operands: { required: ["ARGS.json"] },
  options: {
    format: {
      type: "string",
      value: "spdx|cyclonedx",
      doc: "SPDX 2.3 (default) or CycloneDX 1.6, as JSON.",
    },
  },
  run: async ({ operands: [file = ""], values, usageError }) => {
    const format = FORMATS.find((each) => each === (values.format ?? "spdx"));
    if (format === undefined) throw usageError("--format: expected spdx or cyclonedx");
    const { printSbom } = await import("../print-sbom.ts");
    return printSbom(file, format);
  },
});
