import { assemble, type Assembled } from "../build/assemble.ts";
import { identifyLayers, materialise } from "../build/build-image.ts";
import { layerDifference } from "../build/layer-difference.ts";
import { Session } from "../build/session.ts";
import { render } from "../base/errors.ts";
import { log } from "../base/log.ts";
import type { Prepared } from "../build/prepare.ts";
import { prepareFully } from "../lifecycle/push.ts";
import type { PlatformImage } from "../oci/read-image.ts";
import { Platform } from "../oci/platform.ts";
import { compareImages, type ImageDifference } from "../oci/verify.ts";
import { parseCommandLine, readArguments } from "./arguments.ts";
import { openImage, type ImageSource } from "./image-source.ts";
import { printJson, printLines } from "./print.ts";
import { UsageError } from "./usage.ts";

const USAGE = "lix-image verify ARGS.json REF | --oci DIR [--json]";
const FILES_SHOWN = 20;

/** Builds the image anew and compares: manifest, config, layers, the bytes of every blob. */
export async function verifyCommand(argv: string[]): Promise<number> {
  const line = parseCommandLine(argv, USAGE);
  if (line.help) {
    printLines([`usage: ${USAGE}`, "Rebuilds an image, compares, and reports every difference."]);
    return 0;
  }
  const [file, reference, ...more] = line.positionals;
  const images = [reference, line.oci].filter((each) => each !== undefined);
  if (file === undefined || more.length > 0 || images.length !== 1)
    throw new UsageError(`usage: ${USAGE}`);
  const spec = await readArguments(file, "optional");
  const image = await openImage(line, reference, USAGE);
  const session = new Session();
  const prepared = await prepareFully(session, spec);
  const built = await identifyLayers(session, prepared, { mayFetch: true });
  const assembled = assemble(session, built ?? []);
  const differences = compareImages(expectedImages(assembled), image.platforms);
  const problems = [
    ...differences.map(describeDifference),
    ...(await damagedBlobs(image)),
    ...(await differentFiles(session, prepared, assembled, image)),
  ];
  const equal = problems.length === 0;
  const expected = assembled.image.root.digest;
  if (line.json) printJson({ equal, expected, got: image.root.digest, differences: problems });
  else if (equal) printLines([`${image.description} is the image of ${file}: ${expected}`]);
  else printLines([`${image.description} is not the image of ${file}`, ...problems]);
  return equal ? 0 : 1;
}

function expectedImages({ platforms }: Assembled): PlatformImage[] {
  return platforms.map(({ plan, manifest, config, layers, size }) => ({
    platform: plan.platform,
    config: plan.config,
    diffIds: layers.map(({ identity }) => identity.diffId),
    digest: manifest.digest,
    configDigest: config.digest,
    layers: layers.map(({ identity }) => identity),
    size,
  }));
}

function describeDifference({ where, expected, got, onlyCompression }: ImageDifference): string {
  const note = onlyCompression ? " (same contents, compressed by another library)" : "";
  return `${where}: expected ${expected}; got ${got}${note}`;
}

/** Reads every layer: a manifest only promises what the blobs are. */
async function damagedBlobs(image: ImageSource): Promise<string[]> {
  const problems: string[] = [];
  const layers = image.platforms.flatMap((platform) => platform.layers);
  for (const digest of new Set(layers.map((layer) => layer.digest))) {
    log.progress(`${image.description}: reading ${digest}`);
    try {
      for await (const _ of image.getBlob(digest)) continue;
    } catch (error) {
      problems.push(`blob ${digest}: ${render(error)}`);
    }
  }
  return problems;
}

/** The files behind layers that stand at the same place with other contents. */
async function differentFiles(
  session: Session,
  prepared: Prepared,
  { platforms }: Assembled,
  image: ImageSource,
): Promise<string[]> {
  const lines: string[] = [];
  for (const ours of platforms) {
    const name = Platform.format(ours.plan.platform);
    const theirs = image.platforms.find((each) => Platform.format(each.platform) === name);
    // Another number of layers: comparing by place would only show the shift.
    if (theirs?.layers.length !== ours.layers.length) continue;
    for (const [index, { identity }] of ours.layers.entries()) {
      const other = theirs.layers[index];
      if (other === undefined || other.diffId === identity.diffId) continue;
      await materialise(session, prepared, (layer) => layer.digest === identity.digest);
      const files = await layerDifference(
        session.cache.openBlob(identity.digest),
        image.getBlob(other.digest),
      ).catch((error: unknown) => [render(error)]);
      lines.push(...files.slice(0, FILES_SHOWN).map((line) => `${name}: layer ${index}: ${line}`));
      if (files.length > FILES_SHOWN)
        lines.push(`${name}: layer ${index}: and ${files.length - FILES_SHOWN} more files`);
    }
  }
  return lines;
}
