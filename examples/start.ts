/**
 * `npm start`: runs examples/quickstart with Pulumi and narrates what happens.
 * @module
 */
import { buildPackage } from "./start/build.ts";
import { withDemoRegistry } from "./start/demo-registry.ts";
import { withEngineStack } from "./start/engine-stack.ts";
import { obtainEngine } from "./start/obtain-engine.ts";
import { parseStartOptions, USAGE, type StartOptions } from "./start/options.ts";
import { say } from "./start/say.ts";
import { withStandInStack } from "./start/stand-in-stack.ts";
import type { Stack } from "./start/stack.ts";
import { tellStory } from "./start/story.ts";
import { withWorkplace } from "./start/workplace.ts";

async function start(options: StartOptions): Promise<void> {
  if (options.build) buildPackage();
  say.title("The Lix image with Pulumi, without Nix and without Docker");
  say.fact("program", "examples/quickstart/index.ts");
  say.fact(
    "packages",
    options.lock ??
      "signed placeholders of a few hundred bytes: the image has the right shape and runs nothing",
  );
  const engine = await obtainEngine(options);
  say.fact(
    "engine",
    engine.kind === "engine"
      ? engine.description
      : `${engine.why}, so a stand-in drives the same SDK and provider`,
  );

  await withDemoRegistry(options.registry, (registry) =>
    withWorkplace({ ownCache: options.lock === undefined }, async (place) => {
      const inProcess = options.registry === undefined;
      say.fact("registry", `${registry.address}${inProcess ? ", in this process" : ""}`);
      const tell = async (stack: Stack): Promise<void> => {
        await stack.setConfig("registry", registry.address);
        if (options.lock !== undefined) await stack.setConfig("lock", options.lock);
        await tellStory(stack, registry);
      };
      await (engine.kind === "engine"
        ? withEngineStack(place, engine.command, tell)
        : withStandInStack(place, tell));
    }),
  );
  say.title("Done. Pulumi's home, backend and passphrase of this run are removed");
  say.line("Next: your own packages and registry:");
  say.line("npm start -- --lock lix-image.lock.json --registry ghcr.io/you");
}

const options = parseStartOptions(process.argv.slice(2));
if (options === USAGE) console.log(USAGE);
else if (typeof options === "string") {
  console.error(options);
  process.exitCode = 2;
} else
  await start(options).catch((error: unknown) => {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  });
