/** Reads what a test made in a process of its own, whose heap is small: `nar` or `tarball`, then a file. `lock` writes a lock there. */
import { createReadStream } from "node:fs";
import type { Bytes } from "../../../provider/base/bytes.ts";
import { render } from "../../../provider/base/errors.ts";
import { decompress } from "../../../provider/compression/decompress.ts";
import { ListingBuilder } from "../../../provider/formats/nix/listing.ts";

import { readNar } from "../../../provider/formats/nix/nar-reader.ts";
import { writeLock } from "../../../provider/lock/write-lock.ts";
import { narOfTarball } from "../../../provider/substituter/tarball.ts";

const [kind, file = ""] = process.argv.slice(2);
const open = (): Bytes => createReadStream(file, { highWaterMark: 256 * 1024 });
try {
  if (kind === "lock") await writeLock(file, "x".repeat(1_000_000));
  else if (kind === "nar") {
    const listing = new ListingBuilder();
    for await (const events of readNar(decompress(open(), "none")))
      for (const event of events) listing.add(event);
    listing.finish();
  } else for await (const _ of narOfTarball(open(), { label: "hostile" })) continue;
  console.log("accepted");
} catch (error) {
  console.error(render(error));
  process.exitCode = 1;
}
