/** Plans of made-up packages, without any file or server: listings come straight from the trees. @module */
import { LixImageInputs } from "../../../provider/arguments/schema.ts";
import type { LockedSystem } from "../../../provider/lock/lock.ts";
import type { Listing } from "../../../provider/formats/nix/listing.ts";
import { listTree } from "../list-tree.ts";
import type { StorePath } from "../../../provider/formats/nix/store-path.ts";
import { platformOf } from "../../../provider/formats/oci/platform.ts";
import { compatPackages, resolveCompat } from "../../../provider/plan/compat.ts";
import { resolvePackages } from "../../../provider/plan/packages.ts";
import type { PlatformInput } from "../../../provider/plan/platform-input.ts";
import { planPlatform, type PlatformPlan } from "../../../provider/plan/platform-plan.ts";
import { makeSpec } from "../../../provider/arguments/spec.ts";
import { BASE_PACKAGES } from "./base-packages.ts";
import { COMPAT_PACKAGES } from "./compat-packages.ts";
import { EXTRA_PACKAGES } from "./extra-packages.ts";
import { signingKey } from "./signing-key.ts";
import { storeContents } from "./store-contents.ts";
import { worldLock } from "./world-lock.ts";
import { Tree } from "../../../provider/formats/nix/tree.ts";

const KEY = signingKey("planned-1");

const CONTENTS = storeContents({
  system: "x86_64-linux",
  recipes: [...BASE_PACKAGES, ...EXTRA_PACKAGES, ...COMPAT_PACKAGES],
  secretKey: KEY.secretKey,
  nixpkgs: Tree.directory({ "default.nix": Tree.file("{ }\n") }),
});

/** The one key that signs them. */
export const PUBLIC_KEY = KEY.publicKey;

/** The store path of a made-up package: `curl`, `curl.man`, `glibc`. */
export const pathOf = CONTENTS.path;

export const SYSTEM: LockedSystem = systemOf();

function systemOf(): LockedSystem {
  const lock = worldLock({
    cache: "./cache",
    publicKey: KEY.publicKey,
    systems: [CONTENTS],
    narInfos: new Map(),
  });
  const system = lock.systems.get(CONTENTS.system);
  if (system === undefined) throw new RangeError("the lock lacks its system");
  return system;
}

/** What these arguments mean by {@link SYSTEM}, or by a changed one. */
export function inputOf(args: LixImageInputs = {}, system: LockedSystem = SYSTEM): PlatformInput {
  const parsed = LixImageInputs.parse({ registry: "localhost:5000", ...args });
  const spec = makeSpec(parsed, { directory: "/", destination: "required" });
  const platform = platformOf(system.system);
  const added = compatPackages(parsed.compat, system, parsed.extraPkgs);
  const packages = resolvePackages(system, parsed.extraPkgs, added);
  return {
    system,
    platform,
    packages,
    compat: resolveCompat(parsed.compat, { system, platform, packages }),
    nixpkgs: parsed.bundleNixpkgs ? system.nixpkgs : undefined,
    nixConf: parsed.nixConf,
    channelName: parsed.channelName,
    channelUrl: parsed.channelUrl,
    flakeRegistry: undefined,
    revision: parsed.lixRevision,
    created: parsed.created,
    maxLayers: parsed.maxLayers,
    compression: spec.compression,
    layering: parsed.layering,
    user: spec.user,
    config: parsed.config,
    annotations: parsed.annotations,
    files: [],
    gcRoots: parsed.gcRoots,
  };
}

export function listingOf(path: StorePath): Listing | undefined {
  const object = CONTENTS.objects.get(path);
  return object && listTree(object.tree);
}

export function planOf(args: LixImageInputs = {}, system: LockedSystem = SYSTEM): PlatformPlan {
  const result = planPlatform(inputOf(args, system), listingOf);
  if (result.kind === "needs") throw new RangeError(`needs ${result.paths.join(" ")}`);
  return result.plan;
}
