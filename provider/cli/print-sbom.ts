import type { SbomFormat } from "../arguments/entries/attestations.ts";
import { assemble } from "../app/assemble.ts";
import { rootSubject } from "../app/attachments.ts";
import { planWithDigests, requireDigests } from "../app/build-image.ts";
import { billOfSubject, sbomDocument } from "../app/documents.ts";
import { Session } from "../app/session.ts";
import { readArguments } from "./arguments-file.ts";
import { printDocument } from "./print.ts";

/** Prints what a push would attach, indented. */
export async function printSbom(file: string, format: SbomFormat): Promise<number> {
  const session = new Session();
  const spec = await readArguments(file, "optional");
  const imagePlan = await planWithDigests(session, spec);
  const assembled = assemble(session, await requireDigests(session, imagePlan));
  const bill = billOfSubject(rootSubject(imagePlan, assembled));
  printDocument(JSON.parse(sbomDocument(bill, format).text));
  return 0;
}
