/**
 * The resource. It says nothing of how images are built: the engine's dynamic provider process loads
 * `pulumi-lix/provider` by name.
 * @module
 */
import { all, CustomResource, isSecret, log, output, runtime } from "@pulumi/pulumi";
// On a line of its own, because the declarations keep it: Pulumi's own TypeScript is 3.8.
import type { CustomResourceOptions, ID, Input, Output } from "@pulumi/pulumi";
import { PUBLISHED_ARGUMENTS } from "./argument-names.ts";
import type { LixImageArgs } from "./args.ts";
import type { LayerOutput, PlatformOutput, ReferrerOutput } from "./outputs.ts";
import { assertProviderFound } from "./provider-not-found.ts";
import { requireWholeTexts } from "./whole-texts.ts";

/**
 * What the engine keeps in state as the provider: constant, so that an upgrade of this package never
 * shows as a change. docs/decisions/0002.
 */
const PROVIDER = 'exports.handler = () => require("pulumi-lix/provider");';
/** Also what mocks see. */
export const LIX_IMAGE_TYPE = "pulumi-nodejs:dynamic/lix:LixImage";

/** A Lix container image in a registry, built from a lock without Nix and without Docker. */
export class LixImage extends CustomResource {
  /** `registry/name@sha256:…`, never a tag: what a deployment should run. Known at preview. */
  declare readonly ref: Output<string>;
  /** Digest of the manifest, or of the index when there are several platforms. Known at preview. */
  declare readonly digest: Output<string>;
  /** `registry/name:tag` for each tag. Known at preview. */
  declare readonly taggedRefs: Output<readonly string[]>;
  /** `mirror/name@sha256:…` for each of `mirrors`. Known at preview. */
  declare readonly mirrorRefs: Output<readonly string[]>;
  /** The label `org.opencontainers.image.revision`, when `lixRevision` is given. */
  declare readonly revision: Output<string | undefined>;
  /** The version of the Lix in the image, which is also the label `org.opencontainers.image.version`. */
  declare readonly version: Output<string>;
  /** All labels of the image. */
  declare readonly labels: Output<Readonly<Record<string, string>>>;
  /** Versions of the packages, by attribute of the lock. */
  declare readonly packages: Output<Readonly<Record<string, string>>>;
  /** By OCI platform, such as `linux/amd64`. */
  declare readonly platforms: Output<Readonly<Record<string, PlatformOutput>>>;
  /** Bytes to pull. With several platforms, those of the largest. */
  declare readonly size: Output<number>;
  /** The same planKey means the same image. Empty for an image of {@link LixImage.get}. */
  declare readonly planKey: Output<string>;
  /** Known after `up`, when there is one platform. */
  declare readonly layers: Output<readonly LayerOutput[] | undefined>;
  /** What was attached to the manifests of the image; none without arguments that attach something. Known after `up`. */
  declare readonly referrers: Output<readonly ReferrerOutput[]>;
  /** Differences that the last refresh found; normally empty. */
  declare readonly drift: Output<readonly string[]>;

  constructor(name: string, args: LixImageArgs, options?: CustomResourceOptions) {
    assertProviderFound();
    const inputs = { ...NO_OUTPUTS, ...requireWholeTexts(args), ...hidden() };
    super(LIX_IMAGE_TYPE, name, inputs, options);
    const { labels, layers, platforms } = this;
    this.planKey = this.planKey.apply((key: string | null) => key ?? "");
    this.revision = answerOr(this.revision, () => labels.apply((known) => known[REVISION]));
    this.layers = answerOr(layers, () =>
      platforms.apply((known) =>
        Object.keys(known).length > 1 ? output(undefined) : layers.apply(withoutNull),
      ),
    );
    this.mirrorRefs = answerOr(this.mirrorRefs, () => mirrorRefsOf(this.ref, args)).apply(
      (refs = []) => refs,
    );
    const { referrers } = this;
    this.referrers = answerOr(referrers, () => (mayAttach(args) ? referrers : output([]))).apply(
      (attached = []) => attached,
    );
    void warnOfSecrets(this, args);
  }

  /**
   * An image that something else pushed, read from its registry. The id is `registry/name` (the tag
   * `latest`), `registry/name:tag` or `registry/name@sha256:…`. It has no `planKey`, `packages` or
   * `layers`, and is not deleted when the stack is destroyed.
   */
  static get(name: string, id: Input<ID>, options?: CustomResourceOptions): LixImage {
    return new LixImage(name, {}, { ...options, id });
  }
}

/**
 * What the engine answered, or what follows from other outputs. An unchanged image keeps the outputs of the
 * version that pushed it. An output that this version did not write, or that has no value, would be unknown at
 * every preview, and everything that uses it would seem to change.
 */
const answerOr = <T>(
  answer: Output<T | undefined>,
  derive: () => Output<T | undefined>,
): Output<T | undefined> =>
  output(isAnswered(answer))
    .apply<boolean>((known) =>
      known ? answer.apply((value) => withoutNull(value) !== undefined) : output(false),
    )
    .apply<T | undefined>((answered) => (answered ? answer.apply(withoutNull) : derive()));

/** The SDK's own mark, which its types hide. With an SDK that has none, at worst more is derived. */
const isAnswered = (answer: Output<unknown>): Promise<boolean> =>
  Promise.resolve(Object(answer).isKnown).then((known) => known === true);

/** "There is none" is null on the wire. */
const withoutNull = <T>(value: T): T | undefined => value ?? undefined;

const REVISION = "org.opencontainers.image.revision";

const mirrorRefsOf = (
  ref: Output<string>,
  { mirrors }: LixImageArgs,
): Output<readonly string[] | undefined> =>
  all([ref, mirrors]).apply(([first, repositories = []]) =>
    repositories.map(
      (mirror) => `${mirror.replace(/^https?:\/\//, "")}${first.slice(first.lastIndexOf("@"))}`,
    ),
  );

/** Whether the program gives an argument by which something is attached to the image. */
const mayAttach = (args: object): boolean =>
  ["sbom", "provenance", "sign"].some((name) => Reflect.get(args, name) !== undefined);

/** The engine encrypts the argument in state, but it is readable in the image and in outputs that follow from it. */
async function warnOfSecrets(image: LixImage, args: LixImageArgs): Promise<void> {
  const secret = await Promise.all(
    PUBLISHED_ARGUMENTS.map((name) =>
      // An Output that fails is reported where it is used.
      isSecret(output<unknown>(args[name])).catch(() => false),
    ),
  );
  const names = PUBLISHED_ARGUMENTS.filter((_, at) => secret[at]);
  if (names.length === 0) return;
  const line = `secret in ${names.join(", ")}: it will be readable in the image or its outputs`;
  await log.warn(line, image);
}

/** Keys with two underscores are not shown in previews. */
const hidden = () => ({
  __provider: PROVIDER,
  // The dynamic provider protocol does not say whether this is a preview.
  __dryRun: runtime.isDryRun(),
});

// An output that is not listed at construction stays undefined for ever (pulumi/pulumi#5174).
const NO_OUTPUTS = {
  ref: undefined,
  digest: undefined,
  taggedRefs: undefined,
  mirrorRefs: undefined,
  revision: undefined,
  version: undefined,
  labels: undefined,
  packages: undefined,
  platforms: undefined,
  size: undefined,
  planKey: undefined,
  layers: undefined,
  referrers: undefined,
  drift: undefined,
};
