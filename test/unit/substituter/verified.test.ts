import assert from "node:assert/strict";
import { test } from "node:test";
import { Bytes } from "../../../provider/base/bytes.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { readVerified } from "../../../provider/substituter/read-verified.ts";
import { verified } from "../../../provider/substituter/verified.ts";
import { collect } from "../../support/collect.ts";
import { hasCode } from "../../support/has-code.ts";

const NAR = Buffer.from("the bytes of a NAR");
const IDENTITY = {
  storePath: StorePath.parse("/nix/store/0d1h7ylc213ps4vbfdyaywddsif6py66-example"),
  narHash: NarHash.of(NAR),
  narSize: NAR.length,
};
const check = (...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> =>
  verified(Bytes.of(...chunks), IDENTITY, "https://cache.example");

test("the promised NAR passes unchanged", async () => {
  const chunks = await collect(check(NAR.subarray(0, 5), NAR.subarray(5)));
  assert.ok(NAR.equals(Buffer.concat(chunks)));
});

test("another NAR throws at its end, and names path, cache and expected hash", async () => {
  const other = Buffer.from(NAR);
  other.writeUInt8(0, 3);
  for (const bytes of [other, NAR.subarray(1)])
    await assert.rejects(collect(check(bytes)), (error) => {
      assert.ok(hasCode(error, "NAR_MISMATCH"));
      for (const part of [IDENTITY.storePath, IDENTITY.narHash, "https://cache.example"])
        assert.ok(error.message.includes(part), part);
      return true;
    });
});

test("the first byte too many ends it, and is not passed on", async () => {
  let pulled = 0;
  const bomb = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      pulled += 1;
      yield NAR;
    }
  };
  const seen: Uint8Array[] = [];
  const reading = async (): Promise<void> => {
    for await (const chunk of verified(bomb(), IDENTITY, "x")) seen.push(chunk);
  };
  await assert.rejects(reading(), { code: "NAR_MISMATCH" });
  assert.deepEqual([pulled, seen.length], [2, 1]);
});

/** A parser that stumbles over its second chunk. */
async function* stumble(nar: Bytes): AsyncGenerator<string> {
  let count = 0;
  for await (const _ of nar) {
    yield `event ${count}`;
    count += 1;
    if (count === 2) throw new SyntaxError("malformed");
  }
}

test("a damaged NAR is reported instead of the parser's error about it", async () => {
  const damaged = check(NAR.subarray(0, 5), Buffer.from("xx"), Buffer.from("rest"));
  await assert.rejects(collect(readVerified(damaged, stumble)), { code: "NAR_MISMATCH" });
});

test("the parser's error about the promised NAR is reported", async () => {
  const whole = check(NAR.subarray(0, 5), NAR.subarray(5, 9), NAR.subarray(9));
  await assert.rejects(collect(readVerified(whole, stumble)), SyntaxError);
});

test("leaving a parser early closes the NAR", async () => {
  let closed = false;
  const nar = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield NAR;
    } finally {
      closed = true;
    }
  };
  for await (const event of readVerified(nar(), stumble)) if (event === "event 0") break;
  assert.ok(closed);
});
