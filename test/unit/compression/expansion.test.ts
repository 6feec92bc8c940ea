import assert from "node:assert/strict";
import { test } from "node:test";
import { BUDGETS } from "../../../provider/base/budgets.ts";
import type { Bytes } from "../../../provider/base/bytes.ts";
import { boundedExpansion } from "../../../provider/compression/expansion.ts";

const MIB = new Uint8Array(1024 * 1024);

async function* times(count: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < count; at += 1) yield MIB;
}

async function sizeOf(taken: number, given: number): Promise<number> {
  let size = 0;
  const decode = async function* (source: Bytes): AsyncGenerator<Uint8Array> {
    for await (const _ of source) continue;
    yield* times(given);
  };
  for await (const chunk of boundedExpansion(times(taken), "x", decode)) size += chunk.length;
  return size / MIB.length;
}

test("a small input may expand to a fixed size, a large one to two hundred times its own", async () => {
  const free = BUDGETS.expandedBytes.most / MIB.length;
  assert.equal(await sizeOf(0, free), free);
  assert.equal(await sizeOf(3, 600), 600);
  await assert.rejects(sizeOf(1, free + 1), { code: "BUDGET_EXCEEDED" });
  await assert.rejects(sizeOf(3, 601), { code: "BUDGET_EXCEEDED", message: /^x: .*629,145,600/ });
});
