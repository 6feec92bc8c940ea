/** Reads what a test made in a process of its own, whose heap is small: `nar` or `tarball`, then a file. */
import { createReadStream } from "node:fs";
import type { Bytes } from "../../../provider/base/bytes.ts";
import { render } from "../../../provider/base/errors.ts";
import { decompress } from "../../../provider/compression/decompress.ts";
import { ListingBuilder } from "../../../provider/nix/listing.ts";
import { readNar } from "../../../provider/nix/nar-reader.ts";
import { narOfTarball } from "../../../provider/substituter/tarball.ts";

const [kind, file = ""] = process.argv.slice(2);
const source: Bytes = createReadStream(file, { highWaterMark: 256 * 1024 });
try {
  if (kind === "nar") {
    const listing = new ListingBuilder();
    for await (const event of readNar(decompress(source, "none"))) listing.add(event);
    listing.finish();
  } else for await (const _ of narOfTarball(source, { label: "hostile" })) continue;
  console.log("accepted");
} catch (error) {
  console.error(render(error));
  process.exitCode = 1;
}
