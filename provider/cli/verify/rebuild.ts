/** Whether an image is the one that arguments make. @module */
import { assemble, type Assembled } from "../../app/assemble.ts";
import { resolveDigests, buildMissingLayers, planWithDigests } from "../../app/build-image.ts";
import { layerDifference } from "../../app/layer-difference.ts";
import { Session } from "../../app/session.ts";
import { renderLines } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import { withTempDir } from "../../base/temp-dir.ts";
import type { ImagePlan } from "../../app/plan-image.ts";
import { Digest } from "../../formats/oci/digest.ts";
import type { PlatformImage } from "../../formats/oci/read-image.ts";
import { Platform } from "../../formats/oci/platform.ts";
import { compareImages, type ImageDifference } from "../../formats/oci/compare-images.ts";
import type { Spec } from "../../arguments/spec.ts";
import type { ImageSource } from "../image-source.ts";
import type { CheckResult } from "./check-result.ts";
import { damagedLayers } from "./damaged-layers.ts";

const FILES_SHOWN = 20;

export interface RebuildOptions {
  /** ARGS.json, for messages. */
  readonly file: string;
  /** What it asks for. */
  readonly spec: Spec;
  /** Whether to compare with the layers in the local cache instead of rebuilding them. */
  readonly cached: boolean;
}

/** Rebuilds the image and compares manifests, configs, layers, and the bytes of every blob. */
export async function checkRebuild(
  image: ImageSource,
  { file, spec, cached }: RebuildOptions,
): Promise<CheckResult> {
  return withSession(cached, async (session) => {
    const { expected, differences } = await compare(session, spec, image);
    const equal = differences.length === 0;
    return {
      passed: equal,
      json: { equal, expected, differences },
      lines: equal
        ? [`${image.description} is the image of ${file}: ${expected}`]
        : [`${image.description} is not the image of ${file}`, ...differences],
    };
  });
}

/** Without local cache by default: one that was tampered with would agree with the image built from it. */
function withSession<T>(cached: boolean, use: (session: Session) => Promise<T>): Promise<T> {
  return cached ? use(new Session()) : withTempDir((folder) => use(new Session(folder)));
}

async function compare(session: Session, spec: Spec, image: ImageSource) {
  const imagePlan = await planWithDigests(session, spec);
  const built = await resolveDigests(session, imagePlan, { mayFetch: true });
  const assembled = assemble(session, built ?? []);
  const ours = image.plain ? inPlain(assembled) : expectedOf(assembled);
  const differences = [
    ...compareImages(ours.platforms, image.platforms).map(describeDifference),
    ...(await damagedLayers(image, ours.platforms)),
    ...(await differentFiles(session, imagePlan, assembled, image)),
  ];
  // The index alone has annotations, other entries and their order.
  if (differences.length === 0 && ours.digest !== image.root.digest)
    differences.push(`index: expected ${ours.digest}; got ${image.root.digest}`);
  return { expected: ours.digest, differences };
}

interface Expected {
  readonly digest: Digest;
  readonly platforms: readonly PlatformImage[];
}

const expectedOf = ({ image, platforms }: Assembled): Expected => ({
  digest: image.root.digest,
  platforms: platforms.map(({ plan, manifest, config, layers, size }) => ({
    platform: plan.platform,
    config: plan.config,
    diffIds: layers.map(({ identity }) => identity.diffId),
    digest: manifest.digest,
    configDigest: config.digest,
    layers: layers.map(({ identity }) => identity),
    size,
  })),
});

/** With the digests that the image has in a docker archive. */
function inPlain(assembled: Assembled): Expected {
  const { digest, platforms } = expectedOf(assembled);
  const plain = (layer: PlatformImage["layers"][number]) => ({
    ...layer,
    digest: Digest.parse(layer.diffId),
  });
  return {
    digest: platforms.length === 1 ? (platforms[0]?.configDigest ?? digest) : digest,
    platforms: platforms.map((image) => ({
      ...image,
      digest: image.configDigest,
      layers: image.layers.map(plain),
    })),
  };
}

function describeDifference({ where, expected, got, onlyCompression }: ImageDifference): string {
  const note = onlyCompression ? " (same contents, compressed otherwise)" : "";
  return printable(`${where}: expected ${expected}; got ${got}${note}`);
}

/** The files that differ in layers at the same place. */
async function differentFiles(
  session: Session,
  imagePlan: ImagePlan,
  { platforms }: Assembled,
  image: ImageSource,
): Promise<string[]> {
  const lines: string[] = [];
  for (const ours of platforms) {
    const name = Platform.format(ours.plan.platform);
    const theirs = image.platforms.find((each) => Platform.format(each.platform) === name);
    // With a different number of layers, a comparison by place would only show a shift.
    if (theirs?.layers.length !== ours.layers.length) continue;
    for (const [index, { identity }] of ours.layers.entries()) {
      const other = theirs.layers[index];
      if (other === undefined || other.diffId === identity.diffId) continue;
      await buildMissingLayers(session, imagePlan, (layer) => layer.digest === identity.digest);
      const files = await layerDifference(
        session.cache.openBlob(identity.digest),
        image.getBlob(other.digest),
      ).catch(renderLines);
      const shown = files.slice(0, FILES_SHOWN).map(printable);
      lines.push(...shown.map((line) => `${name}: layer ${index}: ${line}`));
      if (files.length > FILES_SHOWN)
        lines.push(`${name}: layer ${index}: and ${files.length - FILES_SHOWN} more files`);
    }
  }
  return lines;
}
