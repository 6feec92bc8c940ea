import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { readInBuffers } from "../../../provider/image/read-in-buffers.ts";

test("a file is read through four buffers, and a chunk lasts until three more have been read", () =>
  withTempDir(async (folder) => {
    const file = join(folder, "blob");
    for (const size of [0, 1, 256 * 1024, 5_000_001]) {
      const bytes = Buffer.from(Uint8Array.from({ length: size }, (_, at) => (at * at) >> 8));
      await writeFile(file, bytes);
      const memory = new Set<ArrayBufferLike>();
      const held: Uint8Array[] = [];
      const used: Buffer[] = [];
      for await (const chunk of readInBuffers(file)) {
        memory.add(chunk.buffer);
        held.push(chunk);
        if (held.length === 4) used.push(...held.splice(0, 1).map((each) => Buffer.from(each)));
      }
      assert.ok(Buffer.concat([...used, ...held]).equals(bytes), `${size} bytes`);
      assert.ok(memory.size <= 4);
    }
  }));
