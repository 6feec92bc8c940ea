import { throwAll } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { describeBuilt } from "../app/describe.ts";
import { publish } from "../app/publish.ts";
import { PushReport } from "../app/push-report.ts";
import { Session } from "../app/session.ts";
import { destinationsOf } from "../app/destinations.ts";
import { planWithinLimits } from "../app/size-limits.ts";
import { readArguments } from "./arguments-file.ts";
import { printJson, printLines, summary } from "./print.ts";

/** Builds the image and pushes what the registry does not have yet, the tags last. */
export async function pushImage(
  file: string,
  { json }: { readonly json: boolean },
): Promise<number> {
  const session = new Session();
  const spec = await readArguments(file, "required");
  const imagePlan = await planWithinLimits(session, spec);
  const published = await publish(session, imagePlan, destinationsOf(session, spec));
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
