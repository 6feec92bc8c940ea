import { log } from "../base/log.ts";
import { describeBuilt, tagsOf } from "../app/describe.ts";
import { publish } from "../app/publish.ts";
import { PushReport } from "../app/push-report.ts";
import { sendingAhead } from "../app/sending-ahead.ts";
import { Session } from "../app/session.ts";
import { destinationsOf } from "../app/destinations.ts";
import { hasLimits, planWithinLimits, sizedPart, type SizedImage } from "../app/size-limits.ts";
import type { ImagePlan } from "../app/plan-image.ts";
import { LixImageError, throwAll } from "../base/errors.ts";
import { Platform } from "../formats/oci/platform.ts";
import { Repository } from "../formats/oci/reference.ts";
import { withImage, type ImageSource } from "./image-source.ts";
import { readArguments } from "./arguments-file.ts";
import { printJson, printLines, summary } from "./print.ts";

/** Builds the image and pushes what the registry does not have yet, the tags last. */
export async function pushImage(
  file: string,
  { json }: { readonly json: boolean },
): Promise<number> {
  const session = new Session();
  const spec = await readArguments(file, "required");
  const destinations = destinationsOf(session, spec);
  const ahead = { destinations: hasLimits(spec) ? [] : destinations };
  const { result: imagePlan } = await sendingAhead(session, ahead, () =>
    planWithinLimits(session, spec, imageBefore),
  );
  const published = await publish(session, imagePlan, destinations);
  const { assembled, reports, failures } = published;
  if (failures.length > 0) for (const report of reports) log.info(PushReport.line(report));
  throwAll(failures.map(({ error }) => error));
  const outputs = describeBuilt(imagePlan, assembled);
  if (json) {
    printJson({ ...outputs, pushed: reports.map(({ written: _, ...report }) => report) });
    return 0;
  }
  const pushed = reports.map((report) => `  ${PushReport.line(report)}`);
  printLines([...summary(outputs), ...pushed]);
  return 0;
}

/** The image at the first of our tags that the registry has. It is read only if `maxGrowth` is set. */
async function imageBefore(imagePlan: ImagePlan): Promise<ReadonlyMap<string, SizedImage>> {
  const { repository, args } = imagePlan.spec;
  if (args.maxGrowth === undefined || repository === undefined) return new Map();
  for (const tag of tagsOf(imagePlan)) {
    const text = `${Repository.format(repository)}:${tag}`;
    const reference = { repository, tag, digest: undefined };
    try {
      return await withImage({ kind: "registry", text, reference }, sizesOf);
    } catch (error) {
      if (!(error instanceof LixImageError && error.code === "IMAGE_NOT_FOUND")) throw error;
    }
  }
  return new Map();
}

const sizesOf = async ({ platforms }: ImageSource): Promise<ReadonlyMap<string, SizedImage>> =>
  new Map(
    platforms.map(({ platform, size, layers }) => [
      Platform.format(platform),
      { size, layers: layers.map((layer) => sizedPart(layer, undefined)) },
    ]),
  );
