/** How large an image may be. */
import { z } from "zod";
import { argument } from "../argument.ts";
import { ByteSize } from "../byte-size.ts";

const bytes = z.union([z.int().min(0), z.string().refine(ByteSize.is, "not a size")]).optional();

const limit = (doc: string) =>
  argument({
    schema: bytes,
    type: "number | string",
    doc,
    default: "no limit",
    expected: 'a number of bytes, or a text such as "200MB" or "200MiB"',
    isPublic: true,
    outputs: [],
    isPublished: false,
    diff: "ignored",
  });

export const LIMITS = {
  maxImageSize: limit(
    'Bytes that have to be pulled for one platform, at most: `"200MB"`, or a number. That is the compressed size, as ' +
      "in the output `size`. A larger image fails at preview, and the error lists its largest layers.",
  ),
  maxLayerSize: limit(
    "Compressed bytes of one layer, at most: some registries refuse larger ones. A larger layer fails at preview.",
  ),
  maxGrowth: limit(
    "Compressed bytes by which an update may make the image larger than the recorded one, at most. A larger growth fails " +
      "at preview, and the error lists what grew and shrank, by package. On the command line `push` compares with the image " +
      "that has one of the tags, and `report` with that of `--against`; `plan`, `build` and `load` ask no registry and ignore it.",
  ),
};
