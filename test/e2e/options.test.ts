/** Pulumi's resource options. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_ENGINE } from "./fixtures/engine.ts";
import { StackState } from "./fixtures/stack-state.ts";
import { withStack } from "./fixtures/with-stack.ts";

/** The program with one image, its name, arguments and options as given. */
const image = (options: string, args = "", name = "lix"): string =>
  `new LixImage("${name}", { registry, deleteFromRegistry: true, ${args} }, { ${options} });\n`;

test(
  "ignoreChanges, aliases, protect and retainOnDelete do what they do elsewhere",
  NO_ENGINE,
  async () => {
    await withStack(image("protect: true"), async (stack) => {
      await stack.up();
      const { digest } = StackState.image(await stack.state());

      // The engine hands check the ignored properties from the state, outputs included.
      const ignored = JSON.stringify(["nixConf", "digest", "labels", "platforms"]);
      await stack.write(image(`protect: true, ignoreChanges: ${ignored}`, "nixConf: { cores: 4 }"));
      await stack.up("--expect-no-changes");
      const given = 'nixConf: { cores: 4 }, labels: {} as never, ...{ digest: "x" }';
      await stack.write(image("protect: true", given));
      assert.match(
        await stack.refuse("up", "--yes"),
        /labels: an output of LixImage, and no argument/,
      );

      // Another name by an alias is the same resource.
      await stack.write(image(`protect: true, aliases: [{ name: "lix" }]`, "", "renamed"));
      const renamed = await stack.up();
      assert.doesNotMatch(renamed.text, /created|deleted|replaced/);
      assert.equal(StackState.image(await stack.state(), "renamed").digest, digest);

      assert.match(await stack.refuse("destroy", "--yes", "--skip-preview"), /protect/);
      assert.equal(stack.tagged(), digest);

      await stack.write(image("retainOnDelete: true", "", "renamed"));
      await stack.up();
      await stack.destroy();
      assert.equal((await stack.state()).size, 0);
      assert.equal(stack.tagged(), digest);
      assert.equal(stack.registry.count("DELETE"), 0);
    });
  },
);

const CORES = `({ props, opts }: any) => ({ props: { ...props, nixConf: { cores: 4 } }, opts })`;

test(
  "transforms change arguments before the check, wherever they are declared",
  NO_ENGINE,
  async () => {
    await withStack(image("", "nixConf: { cores: 4 }"), async (stack) => {
      await stack.up();
      stack.registry.log.length = 0;
      for (const program of [
        image(`transforms: [${CORES}]`),
        image(`transformations: [${CORES}]`),
        `pulumi.runtime.registerResourceTransform((args) =>
         args.type.endsWith(":LixImage") ? (${CORES})(args) : undefined);
       ${image("")}`,
      ]) {
        await stack.write(program);
        await stack.up("--expect-no-changes");
      }
      assert.deepEqual(stack.registry.log, []);
    });
  },
);

test("with an alias an image moves into a component without a change", NO_ENGINE, async () => {
  await withStack(image(""), async (stack) => {
    await stack.up();
    const { digest } = StackState.image(await stack.state());
    stack.registry.log.length = 0;
    const component = (name: string, aliases: string, inside: string): string => `
      const service = new pulumi.ComponentResource("acme:index:Service", "${name}", {}, { aliases: [${aliases}] });
      const before = deploy("network", {});
      ${image(`parent: service, dependsOn: before, ${inside}`)}`;
    await stack.write(component("web", "", `aliases: [{ parent: pulumi.rootStackResource }]`));
    assert.doesNotMatch((await stack.up()).text, /LixImage.*(created|deleted|replaced)/);
    // A parent of another name takes its children along.
    await stack.write(component("api", `{ name: "web" }`, ""));
    assert.doesNotMatch((await stack.up()).text, /created|deleted|replaced/);
    assert.equal(StackState.image(await stack.state()).digest, digest);
    assert.deepEqual(stack.registry.log, []);
  });
});

test("deleteBeforeReplace removes the old image first", NO_ENGINE, async () => {
  await withStack(image("deleteBeforeReplace: true"), async (stack) => {
    await stack.up();
    const { digest } = StackState.image(await stack.state());
    stack.registry.log.length = 0;
    await stack.write(image("deleteBeforeReplace: true", `name: "other"`));
    await stack.up();
    const methods = stack.registry.log.map(({ method }) => method);
    assert.ok(methods.includes("DELETE") && methods.lastIndexOf("DELETE") < methods.indexOf("PUT"));
    assert.deepEqual([stack.tagged(), stack.tagged("latest", "other")], [undefined, digest]);
  });
});

test(
  "replaceOnChanges and customTimeouts have no effect, import is refused",
  NO_ENGINE,
  async () => {
    const options = `replaceOnChanges: ["*"], customTimeouts: { create: "1s", update: "1s" }`;
    await withStack(image(options), async (stack) => {
      stack.registry.faults.push({
        method: "PUT",
        path: /manifests/,
        times: 2,
        act: { kind: "wait", ms: 1_500 },
      });
      await stack.up();
      await stack.write(image(options, "nixConf: { cores: 4 }"));
      const { text } = await stack.up();
      assert.match(text, /updated/);
      assert.doesNotMatch(text, /replaced/);

      const { id } = (await stack.state()).get("lix") ?? {};
      await stack.write(image("") + image(`import: "${id}"`, "", "other"));
      const refused = await stack.refuse("up", "--yes", "--skip-preview");
      assert.match(refused, /code must be a string, not undefined/);
    });
  },
);
