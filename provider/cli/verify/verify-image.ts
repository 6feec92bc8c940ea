import { readArguments } from "../arguments-file.ts";
import { imageName } from "../image-name.ts";
import { imagePlace, withImage, type PlaceArguments } from "../image-source.ts";
import { printJson, printLines } from "../print.ts";
import { checkAgainst } from "./against.ts";
import type { CheckResult } from "./check-result.ts";
import { checkRebuild } from "./rebuild.ts";
import { checkTrust, readPublicKey } from "./trust.ts";

export interface VerifyOptions {
  readonly place: PlaceArguments;
  /** ARGS.json of the image that is expected. */
  readonly file: string | undefined;
  readonly cached: boolean;
  /** The image that it is compared with, as {@link imageName} reads it. */
  readonly against: string | undefined;
  /** The file of the public key that is to have signed it. */
  readonly keyFile: string | undefined;
  readonly json: boolean;
}

/** Runs the checks that the command line asks for, one after the other. Returns 1 if one of them fails. */
export async function verifyImage(options: VerifyOptions): Promise<number> {
  const { file, cached, keyFile, json } = options;
  const { usageError } = options.place;
  const against =
    options.against === undefined ? undefined : imageName(options.against, usageError);
  const place = imagePlace(options.place);
  // What the user wrote is read first, so that a mistake is found before any request.
  const spec = file === undefined ? undefined : await readArguments(file, "optional");
  const key = keyFile === undefined ? undefined : await readPublicKey(keyFile);
  return withImage(place, async (image) => {
    const checks: CheckResult[] = [];
    if (file !== undefined && spec !== undefined)
      checks.push(await checkRebuild(image, { file, spec, cached }));
    if (against !== undefined) checks.push(await checkAgainst(image, against));
    if (key !== undefined) checks.push(await checkTrust(image, { key, lockFile: spec?.lockFile }));
    const passed = checks.every((check) => check.passed);
    if (json)
      printJson({
        ref: image.description,
        got: image.root.digest,
        passed,
        ...Object.assign({}, ...checks.map((check) => check.json)),
      });
    else printLines(checks.flatMap(({ lines }) => lines));
    return passed ? 0 : 1;
  });
}
