/**
 * For unit tests of programs: the outputs that a LixImage would have after `up`, without a registry, a lock or an
 * engine. Digests are made up, but follow the arguments: same arguments, same digest.
 * @module
 */
import { createHash } from "node:crypto";
import type { runtime } from "@pulumi/pulumi";
import { CONTENT_ARGUMENTS } from "./argument-names.ts";
import { LIX_IMAGE_TYPE } from "./lix-image.ts";
import type { LixImageOutputs } from "./outputs.ts";

const VERSION = "2.93.3";

/**
 * Mocks for `pulumi.runtime.setMocks` in which every LixImage has its outputs.
 * @param others Your mocks of everything else. Default: resources keep their inputs as outputs.
 * @param outputs Outputs that replace the made-up ones.
 */
export function mockLixImage(
  others: Partial<runtime.Mocks> = {},
  outputs: Partial<LixImageOutputs> = {},
): runtime.Mocks {
  return {
    newResource(args) {
      if (args.type === LIX_IMAGE_TYPE) return answer(args, outputs);
      return others.newResource?.(args) ?? { id: `${args.name}_id`, state: { ...args.inputs } };
    },
    call: (args) => others.call?.(args) ?? { ...args.inputs },
  };
}

/** As create would answer, or `LixImage.get`. */
function answer(
  { id = "", inputs }: runtime.MockResourceArgs,
  outputs: Partial<LixImageOutputs>,
): runtime.MockResourceResult {
  const args: Readonly<Record<string, unknown>> = Object(inputs);
  const { repository, tags } = id === "" ? targetOf(args) : lookedUp(id);
  const contents = CONTENT_ARGUMENTS.map((name) => [name, args[name] ?? null]);
  const planKey = sha256(id + JSON.stringify(contents));
  const digest = outputs.digest ?? (/sha256:[0-9a-f]{64}$/.exec(id)?.[0] || `sha256:${planKey}`);
  const facts = { version: VERSION, major: VERSION.split(".").slice(0, 2).join("."), planKey };
  const fill = (tag: string): string =>
    Object.entries(facts).reduce((text, [name, value]) => text.replace(`{${name}}`, value), tag);
  const revision = textOf(args["lixRevision"]);
  const systems = textsOf(args["systems"]);
  const platforms = (systems.length === 0 ? ["x86_64-linux"] : systems).map(platformOf);
  const made: LixImageOutputs = {
    ref: `${repository}@${digest}`,
    digest,
    taggedRefs: tags.map((tag) => `${repository}:${fill(tag)}`),
    mirrorRefs: textsOf(args["mirrors"]).map((mirror) => `${mirror.replace(SCHEME, "")}@${digest}`),
    ...(revision === undefined ? {} : { revision }),
    version: VERSION,
    labels: { "org.opencontainers.image.version": VERSION },
    packages: { nix: VERSION },
    platforms: Object.fromEntries(
      platforms.map((platform) => {
        const own = platforms.length === 1 ? digest : `sha256:${sha256(digest + platform)}`;
        const facts = { digest: own, configDigest: `sha256:${sha256(own)}`, size: 1 };
        return [platform, platforms.length === 1 ? facts : { ...facts, layers: [] }];
      }),
    ),
    size: 1,
    planKey,
    ...(platforms.length === 1 ? { layers: [] } : {}),
    referrers: [],
    drift: [],
  };
  return { id: id || repository, state: { ...args, ...made, ...outputs } };
}

interface Target {
  /** Without a scheme. */
  readonly repository: string;
  readonly tags: readonly string[];
}

function targetOf(args: Readonly<Record<string, unknown>>): Target {
  const name = (textOf(args["name"]) ?? "lix").toLowerCase();
  const registry = textOf(args["registry"]);
  const whole = registry === undefined ? name : `${registry.replace(/\/+$/, "")}/${name}`;
  const repository = (textOf(args["repository"]) ?? whole).replace(SCHEME, "");
  const tags = [textOf(args["tag"]) ?? "latest", ...textsOf(args["extraTags"])];
  return { repository, tags };
}

/** `registry/name`, `registry/name:tag` or `registry/name@sha256:…` */
function lookedUp(id: string): Target {
  const [named = "", digest] = id.split("@");
  const [, repository = named, tag = "latest"] = /^(.*):([^:/]+)$/.exec(named) ?? [];
  return { repository, tags: digest === undefined ? [tag] : [] };
}

/** `linux/arm64` of `aarch64-linux`. */
function platformOf(system: string): string {
  const cpu = system.replace(/-linux$/, "");
  return `linux/${ARCHITECTURES.get(cpu) ?? cpu}`;
}

// Where Go and OCI have another name than Nix. sdk/ does not import provider/formats/oci/platform.ts; a test
// compares the two.
const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ["x86_64", "amd64"],
  ["aarch64", "arm64"],
  ["i686", "386"],
  ["armv5tel", "arm/v5"],
  ["armv6l", "arm/v6"],
  ["armv7l", "arm/v7"],
  ["powerpc64", "ppc64"],
  ["powerpc64le", "ppc64le"],
  ["loongarch64", "loong64"],
  ["mipsel", "mipsle"],
  ["mips64el", "mips64le"],
]);

const SCHEME = /^https?:\/\//;

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.flatMap((each) => textOf(each) ?? []) : [];

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
