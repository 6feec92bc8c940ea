import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { test } from "node:test";
import { ByteSize } from "../../../provider/arguments/byte-size.ts";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { withWorkshop } from "../../support/workshop.ts";

test("a size is a number, or a text with a decimal or a binary unit", () => {
  for (const [text, bytes] of [
    ["0B", 0],
    ["200MB", 200_000_000],
    ["1.5 GB", 1_500_000_000],
    ["1kB", 1000],
    ["1KB", 1000],
    ["1KiB", 1024],
    ["2TiB", 2 * 1024 ** 4],
  ] as const) {
    assert.ok(ByteSize.is(text), text);
    assert.equal(ByteSize.parse(text), bytes);
  }
  for (const text of ["", "200", "MB", "-1MB", "1e3B", "1mB", "1 000B", "9999999TB", "1MB\n"])
    assert.ok(!ByteSize.is(text), text);
});

test("a preview that exceeds a limit fails, and says what is large or new", () =>
  withWorkshop({}, async ({ folder, world, registry }) => {
    const session = new ResourceSession(join(folder, "cache"));
    const usual = { lock: world.lockFile, registry: `${registry.host}/acme`, __dryRun: true };
    let images = 0;
    const said = async (args: object, olds: Readonly<Record<string, unknown>> = {}) => {
      const { failures } = await check(session, olds, {
        ...usual,
        // Two images of one stack may not have the same tag.
        tag: `image-${(images += 1)}`,
        ...args,
      });
      return failures.map(({ reason }) => reason).join("\n");
    };
    const { inputs: recorded } = await check(session, {}, usual);
    const size = Number(recorded["size"]);

    assert.equal(await said({ maxImageSize: size, maxLayerSize: size, maxGrowth: 0 }), "");
    const large = await said({ maxImageSize: size - 1, maxLayerSize: "10kB" });
    assert.match(
      large,
      /maxImageSize: linux\/amd64 has [\d.]+ kB to pull; expected at most [\d.]+ kB/,
    );
    assert.match(large, /^ +[\d.]+ kB  store database$/m);
    assert.match(large, /maxLayerSize: linux\/amd64: the layer with store database has/);
    assert.match(large, /\[IMAGE_TOO_LARGE\][^]*\[LAYER_TOO_LARGE\]/);

    // A new image has nothing to be compared with.
    const extraPkgs = ["tree"];
    assert.equal(await said({ extraPkgs, maxGrowth: 0 }), "");
    assert.equal(await said({ maxGrowth: 0 }, recorded), "", "nothing grows");
    assert.equal(await said({ extraPkgs, maxGrowth: "1MB" }, recorded), "");
    const grew = await said({ extraPkgs, maxGrowth: 10 }, recorded);
    assert.match(
      grew,
      /maxGrowth: linux\/amd64 grows by [\d.]+ k?B, to [\d.]+ kB; expected at most 10 B/,
    );
    assert.match(grew, /^ +\+[\d.]+ k?B  tree [\d.]+ \(new\)(?: \[|$)/m);
    assert.match(grew, /^ +\+[\d.]+ k?B  generated files \(rebuilt\)/m);
    assert.doesNotMatch(grew, /openssh/, "only what is new or gone is listed");
    const { inputs: larger } = await check(session, {}, { ...usual, extraPkgs, tag: "larger" });
    const files = { "/etc/random": { text: randomBytes(9_000).toString("base64") } };
    const swapped = await said({ files, maxGrowth: 0 }, larger);
    assert.match(swapped, /^ +−[\d.]+ k?B  tree [\d.]+ \(gone\)/m);
    assert.match(swapped, /^ +\+[\d.]+ kB  generated files \(rebuilt\)/m, "files count too");
    assert.match(
      await said({ maxImageSize: "12 parsecs" }),
      /maxImageSize: expected a number of bytes/,
    );
  }));
