/**
 * All that a build needs, for the length of a test: packages with their cache and lock, a registry, a
 * local cache, and a folder to build into.
 * @module
 */
import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import type { LixImageInputs } from "../../sdk/args.ts";
import { runCli, startCli, type CliResult, type RunningCli } from "./cli.ts";
import { startRegistry, type TestRegistry, type TestRegistryOptions } from "./registry.ts";
import { makeWorld, type World, type WorldOptions } from "./world.ts";

export interface WorkshopOptions {
  readonly world?: WorldOptions;
  readonly registry?: TestRegistryOptions;
}

type Environment = Readonly<Record<string, string>>;

export class Workshop {
  readonly folder: string;
  readonly world: World;
  readonly registry: TestRegistry;
  /** LIX_IMAGE_CACHE of every command. */
  readonly cache: string;
  /** The OCI layout that `push` writes as well. */
  readonly output: string;

  constructor(folder: string, world: World, registry: TestRegistry) {
    this.folder = folder;
    this.world = world;
    this.registry = registry;
    this.cache = join(folder, "local-cache");
    this.output = join(folder, "out");
  }

  /** Pushes to the registry and into the output folder, with these additional arguments. */
  async push(args: unknown = {}, env: Environment = {}): Promise<CliResult> {
    return (await this.startPush(args, env)).ended;
  }

  async startPush(args: unknown = {}, env: Environment = {}): Promise<RunningCli> {
    return startCli(["push", await this.writeArgs(args), "--json"], { ...this.#where, env });
  }

  run(...argv: string[]): Promise<CliResult> {
    return runCli(argv, this.#where);
  }

  runWith(env: Environment, ...argv: string[]): Promise<CliResult> {
    return runCli(argv, { ...this.#where, env });
  }

  async writeArgs(args: unknown): Promise<string> {
    const file = join(this.folder, "args.json");
    const usual: LixImageInputs = {
      registry: `${this.registry.host}/acme`,
      archives: [{ type: "oci-layout", path: "out" }],
    };
    await writeFile(
      file,
      typeof args === "string" ? args : JSON.stringify({ ...usual, ...Object(args) }),
    );
    return file;
  }

  get #where() {
    return { cache: this.cache, directory: this.folder };
  }

  /** It failed as a tool should: it says what and what to do, and nothing came of it. */
  assertRefused({ code, stdout, stderr }: CliResult, ...says: readonly (string | RegExp)[]): void {
    assert.equal(code, 1, stderr);
    for (const each of says)
      assert.ok(
        typeof each === "string" ? stderr.includes(each) : each.test(stderr),
        `${each}\n${stderr}`,
      );
    assert.equal(stdout, "");
    assert.doesNotMatch(stderr, /^\s+at /m, "no traceback");
    this.assertNothingPushed();
    assert.ok(!existsSync(this.output), "nothing in the output folder");
    assert.deepEqual(this.temporaryFiles(), []);
  }

  assertNothingPushed(): void {
    const writes = this.registry.log.filter(({ method }) => !["GET", "HEAD"].includes(method));
    assert.deepEqual(
      writes.filter(({ status }) => status >= 200 && status < 300),
      [],
    );
    assert.equal(this.registry.store.repositories.size, 0);
  }

  /** What is not whole in the local cache. */
  temporaryFiles(): string[] {
    return globSync("**/*.tmp", { cwd: this.cache });
  }

  /** How many layers the local cache holds. */
  cachedBlobs(): number {
    return globSync("v1/blobs/*", { cwd: this.cache, exclude: (name) => name.endsWith(".tmp") })
      .length;
  }

  outputFiles(): string[] {
    return globSync("**", { cwd: this.output });
  }
}

export async function withWorkshop(
  options: WorkshopOptions,
  use: (workshop: Workshop) => Promise<void>,
): Promise<void> {
  await withTempDir(async (folder) => {
    const world = await makeWorld(folder, options.world);
    const registry = await startRegistry(options.registry);
    try {
      await use(new Workshop(folder, world, registry));
    } finally {
      await registry.close();
    }
  });
}
