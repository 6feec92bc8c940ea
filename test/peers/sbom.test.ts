/** What others' tools say of the bills of materials. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { spdxDocument } from "../../provider/attest/spdx.ts";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { needs, runPeer } from "../support/peers.ts";
import { SAMPLE_BILLS } from "../support/sample-bill.ts";

test("SPDX's tools accept every document", { skip: needs("pyspdxtools") }, () =>
  withTempDir(async (folder) => {
    for (const bill of Object.values(SAMPLE_BILLS)) {
      const file = join(folder, "sbom.spdx.json");
      await writeFile(file, spdxDocument(bill, "1.2.3"));
      // It fails, with the mistakes, if there are any.
      await runPeer("pyspdxtools", "--infile", file);
    }
  }),
);
