import { stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { assemble, type AssembledPlatform } from "../app/assemble.ts";
import { requireDigests, planWithDigests } from "../app/build-image.ts";
import { requireWithinLimits, sizedPart, type SizedImage } from "../app/size-limits.ts";
import { planResolved, type ImagePlan } from "../app/plan-image.ts";
import type { PlatformInput } from "../plan/platform-input.ts";
import { shortLayerName } from "../plan/layer-name.ts";
import type { Spec } from "../arguments/spec.ts";
import { LixImageError } from "../base/errors.ts";
import { makeFolder } from "../base/make-folder.ts";
import { readFileWithin } from "../base/read-file.ts";
import { decodeUtf8 } from "../base/utf8.ts";
import { lixError } from "../errors/lix-error.ts";
import { Session } from "../app/session.ts";
import { parseStrictJson } from "../lock/strict-json.ts";
import type { ImageContents } from "../report/image-contents.ts";
import { reportLines } from "../report/lines.ts";
import { readPageAssets } from "../report/page-assets.ts";
import { reportPage } from "../report/page.ts";
import { plannedContents, type ListingOf } from "../report/planned-contents.ts";
import { readContents } from "../report/read-contents.ts";
import { makeReport, type Report } from "../report/report.ts";
import { readArguments } from "./arguments-file.ts";
import { imagePlace, withImage, type PlaceArguments } from "./image-source.ts";
import { printJson, printLines } from "./print.ts";

export interface ReportOptions {
  /** Its `reference` may be ARGS.json. */
  readonly place: PlaceArguments;
  readonly against: string | undefined;
  /** Where the page goes. */
  readonly html: string | undefined;
  readonly json: boolean;
}

export async function reportImage(options: ReportOptions): Promise<number> {
  const { html } = options;
  const session = new Session();
  const { image, against, planned } = await bothImages(session, options);
  const report = makeReport(image, against);
  if (html !== undefined) await writePage(resolve(html), report);
  if (options.json) printJson(report);
  else
    printLines([...reportLines(report), ...(html === undefined ? [] : [`  in ${resolve(html)}`])]);
  if (planned !== undefined)
    requireWithinLimits(planned.spec, planned.platforms, against && sizesOf(against));
  return 0;
}

interface Subject {
  readonly image: ImageContents;
  /** Undefined unless the image was made from arguments, which may set limits. */
  readonly planned?: Planned | undefined;
}

interface Planned {
  readonly spec: Spec;
  readonly platforms: readonly AssembledPlatform[];
}

const sizesOf = ({ platforms }: ImageContents): ReadonlyMap<string, SizedImage> =>
  new Map(
    platforms.map(({ platform, documentSize, layers }) => [
      platform,
      {
        size: layers.reduce((sum, { size }) => sum + size, documentSize),
        layers: layers.map((layer) => {
          const storePaths = layer.parts.flatMap(({ storePath }) => storePath ?? []);
          return sizedPart(layer, shortLayerName(storePaths));
        }),
      },
    ]),
  );

async function bothImages(
  session: Session,
  { place, against }: ReportOptions,
): Promise<Subject & { readonly against?: ImageContents }> {
  const { reference, oci, dockerArchive, usageError } = place;
  const isElsewhere = oci !== undefined || dockerArchive !== undefined;
  const file = !isElsewhere && (await namesFile(reference)) ? reference : undefined;
  if (file === undefined && reference === undefined && !isElsewhere)
    throw usageError("name an image: ARGS.json, REF in a registry, --oci or --docker-archive");
  const isLock = against !== undefined && (await namesFile(against)) && (await holdsLock(against));
  if (isLock && file === undefined)
    throw usageError("--against LOCK: only ARGS.json says which image to make of a lock");
  if (isLock && file !== undefined) {
    const lock = resolve(against);
    const { image } = await contentsOfArguments(session, file, { lock, bothLayerings: true });
    return {
      ...(await contentsOfArguments(session, file, { bothLayerings: true })),
      against: image,
    };
  }
  const subject: Subject =
    file === undefined
      ? { image: await contentsOf(place) }
      : await contentsOfArguments(session, file);
  if (against === undefined) return subject;
  if (await namesFile(against))
    return { ...subject, against: (await contentsOfArguments(session, against)).image };
  const other = { reference: against, oci: undefined, dockerArchive: undefined, usageError };
  return { ...subject, against: await contentsOf(other) };
}

/** A name that ends in `.json` is no reference: a tag or a digest would follow. */
async function namesFile(text: string | undefined): Promise<boolean> {
  if (text === undefined) return false;
  if (text.endsWith(".json")) return true;
  return stat(text).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Whether it is a lock and not a file of arguments. The code that reads it later reports what is wrong with it. */
async function holdsLock(file: string): Promise<boolean> {
  try {
    const value = parseStrictJson(decodeUtf8(await readFileWithin("lockBytes", file), file));
    return typeof value === "object" && value !== null && "version" in value && "caches" in value;
  } catch (error) {
    if (error instanceof LixImageError || error instanceof Error) return false;
    throw error;
  }
}

const contentsOf = (place: PlaceArguments): Promise<ImageContents> =>
  withImage(imagePlace(place), readContents);

async function contentsOfArguments(
  session: Session,
  file: string,
  {
    lock,
    bothLayerings = false,
  }: { readonly lock?: string; readonly bothLayerings?: boolean } = {},
): Promise<Subject> {
  const spec = await readArguments(file, "optional", lock === undefined ? {} : { lock });
  const imagePlan = await planWithDigests(session, spec);
  const assembled = assemble(session, await requireDigests(session, imagePlan));
  const other = bothLayerings ? await planOtherLayering(session, imagePlan) : undefined;
  const listingOf: ListingOf = (narHash) => session.knownLayers.findListing(narHash);
  const contents = await plannedContents(imagePlan, assembled, { listingOf, other });
  const description = contents.description + (lock === undefined ? "" : ` with ${lock}`);
  return {
    image: { ...contents, description },
    planned: { spec, platforms: assembled.platforms },
  };
}

/** Every listing is known from the plan, so nothing is downloaded. */
function planOtherLayering(session: Session, plan: ImagePlan): Promise<ImagePlan | undefined> {
  const inputs = plan.inputs.map((input): PlatformInput => ({
    ...input,
    layering: input.layering === "closure-risk" ? "docker.nix" : "closure-risk",
  }));
  return planResolved(session, { ...plan, inputs }, { mayFetch: false });
}

async function writePage(file: string, report: Report): Promise<void> {
  const page = reportPage(report, await readPageAssets());
  try {
    await makeFolder(dirname(file));
    await writeFile(file, page);
  } catch (cause) {
    throw lixError("PAGE_NOT_WRITTEN", { file }, { cause });
  }
}
