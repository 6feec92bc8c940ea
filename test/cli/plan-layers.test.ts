import assert from "node:assert/strict";
import { test } from "node:test";
import { withWorkshop } from "../support/workshop.ts";

test("a plan names each layer, also the one of files", () =>
  withWorkshop({}, async (workshop) => {
    const files = { "/etc/motd": { text: "Hello\n" } };
    const file = await workshop.writeArgs({ lock: workshop.world.lockFile, files });
    const plan = await workshop.run("plan", file);
    const layers = plan.stdout.trimEnd().split("\n").slice(1);
    assert.match(layers.at(-1) ?? "", / {2}files$/);
    for (const layer of layers) assert.match(layer, / [^ ]+$/);
    const { stdout } = await workshop.run("plan", file, "--json");
    const described: { files: boolean }[] = JSON.parse(stdout).layers;
    assert.deepEqual(
      described.map((layer) => layer.files),
      layers.map((_, index) => index === layers.length - 1),
    );
  }));
