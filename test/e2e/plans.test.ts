/** Update plans: `up --plan` does what its preview showed, or nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_ENGINE } from "./fixtures/engine.ts";
import { withStack, type Stack } from "./fixtures/with-stack.ts";

/** The id of something that is not there yet is what no preview knows. */
const UNKNOWNS = `
const cache = process.env["UNKNOWN"] === undefined ? undefined : deploy("cache", {});
const later = (value: string) => pulumi.output(cache?.id).apply(() => value);
const unknown = {
  registry: later(registry),
  tag: "{planKey}",
  systems: [later("x86_64-linux")],
  lixRevision: later("abc"),
  nixConf: { substituters: ["https://a.example", later("https://b.example")] },
  compression: { algorithm: later("gzip") },
  archives: [{ type: "oci-layout", path: later("out.tar") }],
} satisfies LixImageArgs;
const image = new LixImage("lix", { registry, ...given, ...(cache === undefined ? {} : unknown) });
deploy("web", { image: image.ref, size: image.size, layers: image.layers });
export const { ref, digest, revision, platforms, layers, drift } = image;
`;

async function planned(stack: Stack): Promise<void> {
  await stack.run("preview", "--save-plan", "plan.json");
  await stack.up("--plan", "plan.json");
}

test("an update plan accepts values that its preview could not know", NO_ENGINE, async () => {
  await withStack(UNKNOWNS, async (stack) => {
    const { env } = stack;
    stack.env = { ...env, UNKNOWN: "yes" };
    await planned(stack);
    stack.env = env;
    const args = { previewDigests: false, extraPkgs: ["tree"] };
    stack.give(args);
    await planned(stack);
    stack.give({ ...args, name: "elsewhere", extraPkgs: [] });
    await planned(stack);
    await stack.run("preview", "--expect-no-changes");
  });
});

test("an update plan fails when the image has changed since", NO_ENGINE, async () => {
  await withStack(UNKNOWNS, async (stack) => {
    await stack.run("preview", "--save-plan", "plan.json");
    stack.give({ nixConf: { cores: 4 } });
    const text = await stack.refuse("up", "--yes", "--skip-preview", "--plan", "plan.json");
    assert.match(text, /violates plan: properties changed: .*nixConf/);
    assert.equal(stack.tagged(), undefined, "nothing was pushed");
    stack.give({});
    await stack.up("--plan", "plan.json");
  });
});
