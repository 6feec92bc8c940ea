/**
 * A channel, the Hydra that built it and the cache that has its packages, on one server, in the shapes
 * of channels.nixos.org, releases.nixos.org, hydra.nixos.org and cache.nixos.org.
 * @see docs/updating-locks.md for the requests that it stands for
 * @module
 */
import { brotliCompressSync } from "node:zlib";
import { copyCache } from "./world/binary-cache.ts";
import type { Recipe } from "./world/recipe.ts";
import { keyOf, type StoreContents } from "./world/store-contents.ts";
import { xzStored } from "./world/xz-stored.ts";
import { startReplyServer, type Reply, type ReplyServer } from "./reply-server.ts";
import { tarOf } from "./tar.ts";
import type { World } from "./world.ts";

export interface ChannelOptions {
  /** Its packages get built by this Hydra. */
  readonly world: World;
  /** Default: `nixpkgs/nixpkgs-26.11pre1.0123456789ab`; those of the project nixos have another shape. */
  readonly release?: string;
  readonly evaluation?: number;
  /** What packages.json has in `meta`, by the channel's attribute, besides what a lock of format 1 needs. */
  readonly meta?: Readonly<Record<string, object>>;
}

export interface ChannelServer extends ReplyServer {
  /** `http://127.0.0.1:41234/channels/nixpkgs-unstable` */
  readonly channel: string;
  readonly cache: string;
  /** Paths of what one may want to break. */
  readonly paths: {
    readonly channel: string;
    readonly release: string;
    /** `curl.x86_64-linux`, with the jobset's prefix. */
    readonly job: (name: string) => string;
    readonly build: (name: string) => string;
  };
  /** How many there were. */
  readonly releases: number;
  /** Moves the channel to other packages, as a release does; the old folder stays. */
  advance(options: ChannelOptions): Promise<void>;
}

const REVISION = "0123456789abcdef0123456789abcdef01234567";

export async function startChannelServer(options: ChannelOptions): Promise<ChannelServer> {
  const server = await startReplyServer();
  const channel = "/channels/nixpkgs-unstable";
  let now = await publish(server, channel, options);
  let releases = 1;
  return {
    ...server,
    channel: `${server.url}${channel}`,
    cache: `${server.url}/cache`,
    get paths() {
      return now;
    },
    get releases() {
      return releases;
    },
    async advance(next) {
      releases += 1;
      now = await publish(server, channel, next);
    },
  };
}

async function publish(
  { url, replies }: ReplyServer,
  channel: string,
  options: ChannelOptions,
): Promise<ChannelServer["paths"]> {
  const { world, evaluation = 1_800_001 } = options;
  const release = `/releases/${options.release ?? "nixpkgs/nixpkgs-26.11pre1.0123456789ab"}`;
  const file = (name: string, reply: Reply): void => void replies.set(`${release}/${name}`, reply);
  replies.set(channel, { status: 302, headers: { location: `${url}${release}` } });
  replies.set(release, {
    headers: { "content-type": "text/html" },
    body: "<html>a release</html>",
  });
  // None of the two ends in a newline.
  file("git-revision", { body: REVISION });
  file("src-url", { body: `${url}/eval/${evaluation}` });
  file("packages.json.br", {
    headers: { "content-type": "application/json", "content-encoding": "br" },
    body: brotliCompressSync(packagesJson(world.contents, options.meta)),
  });
  file("nixexprs.tar.xz", { body: nixexprs() });

  const prefix = release.includes("/nixos/") ? "nixpkgs." : "";
  const jobs = new Map<string, number>();
  for (const contents of world.systems.values())
    for (const recipe of contents.recipes) {
      const job = `${prefix}${channelAttribute(recipe)}.${contents.system}`;
      const id = evaluation * 1000 + jobs.size;
      jobs.set(job, id);
      const location = `${url}/build/${id}`;
      replies.set(`/eval/${evaluation}/job/${job}`, { status: 302, headers: { location } });
      replies.set(`/build/${id}`, {
        headers: { "content-type": "application/json; charset=utf-8" },
        body: JSON.stringify(hydraBuild({ contents, recipe, job, id, evaluation })),
      });
    }
  const files = new Map<string, Uint8Array>();
  await copyCache(world.cacheFolder, files);
  for (const [name, body] of files) replies.set(`/cache/${name}`, { body });
  return {
    channel,
    release,
    job: (name) => `/eval/${evaluation}/job/${prefix}${name}`,
    build: (name) => `/build/${jobs.get(`${prefix}${name}`)}`,
  };
}

/** Recipes go by the attributes of docker.nix, channels know no aliases. */
function channelAttribute(recipe: Recipe): string {
  const key = keyOf(recipe);
  if (recipe.outputSpecified === true) return recipe.pname;
  return key === "nix" ? "lix" : key === "man" ? "man-db" : key;
}

/** Like the output of nixpkgs' packages-info.nix: for x86_64-linux, sorted, without store paths. */
function packagesJson(contents: StoreContents, meta: ChannelOptions["meta"] = {}): string {
  const packages = contents.recipes.map((recipe) => {
    const name = `${recipe.pname}-${recipe.version}`;
    const outputs = Object.keys(recipe.outputs);
    const installed = recipe.outputSpecified === true ? undefined : recipe.outputsToInstall;
    const main = ["bin", "out"].find((output) => outputs.includes(output)) ?? outputs[0];
    const usual = outputs.includes("man") ? [main, "man"] : [main];
    return [
      channelAttribute(recipe),
      {
        meta: {
          available: true,
          description: 'A made-up package, with "quotes", {braces} and back\\slashes',
          outputsToInstall: installed ?? usual,
          ...(recipe.priority === undefined ? {} : { priority: recipe.priority }),
          ...meta[channelAttribute(recipe)],
        },
        name,
        outputName: outputs[0],
        outputs,
        pname: recipe.pname,
        system: "x86_64-linux",
        version: recipe.version,
      },
    ] as const;
  });
  packages.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({ packages: Object.fromEntries(packages), version: "2" });
}

function hydraBuild(build: {
  readonly contents: StoreContents;
  readonly recipe: Recipe;
  readonly job: string;
  readonly id: number;
  readonly evaluation: number;
}): object {
  const { contents, recipe } = build;
  const outputs = Object.keys(recipe.outputs).map(
    (output) => [output, { path: contents.path(`${keyOf(recipe)}.${output}`) }] as const,
  );
  return {
    buildmetrics: {},
    // Perl's hashes have no order.
    buildoutputs: Object.fromEntries(outputs.toReversed()),
    buildproducts: {},
    buildstatus: 0,
    drvpath: "/nix/store/00000000000000000000000000000000-made-up.drv",
    finished: 1,
    id: build.id,
    job: build.job,
    jobset: "unstable",
    jobsetevals: [build.evaluation - 7, build.evaluation],
    nixname: `${recipe.pname}-${recipe.version}`,
    priority: 100,
    project: "nixpkgs",
    releasename: null,
    starttime: 1_790_000_000,
    stoptime: 1_790_000_100,
    system: contents.system,
    timestamp: 1_790_000_000,
  };
}

/** Like the output of make-tarball.nix: one folder, with two files more than the commit has. */
function nixexprs(): Uint8Array {
  const top = "nixpkgs-26.11pre1.0123456789ab";
  return xzStored(
    tarOf(
      { name: `${top}/`, type: "5", mode: 0o755 },
      { name: `${top}/.git-revision`, contents: REVISION },
      { name: `${top}/.version-suffix`, contents: "pre1.0123456789ab" },
      { name: `${top}/default.nix`, contents: "{ ... }: { }\n" },
      { name: `${top}/lib/`, type: "5", mode: 0o755 },
      { name: `${top}/lib/minver.nix`, contents: '"2.18"\n', mode: 0o755 },
      { name: `${top}/latest`, type: "2", target: "lib" },
    ),
  );
}
