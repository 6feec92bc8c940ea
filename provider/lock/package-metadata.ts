/**
 * What nixpkgs says of a package and what does not influence the image: format 2 of the lock keeps it. The
 * image's layers, its planKey and its labels do not follow from it.
 * @module
 */
import { LicenseExpression } from "../formats/nix/license-expression.ts";
import { checkCommittedUrl } from "./committed-url.ts";

export interface PackageMetadata {
  /** An SPDX license expression. A license without an SPDX identifier is `LicenseRef-nixpkgs-<its name>`. */
  readonly license?: string | undefined;
  readonly identifiers?: PackageIdentifiers | undefined;
  readonly homepage?: string | undefined;
}

export interface PackageIdentifiers {
  /** `pkg:github/curl/curl@8.9.1` */
  readonly purl?: string | undefined;
  /** `cpe:2.3:a:haxx:curl:8.9.1:…` */
  readonly cpe?: string | undefined;
  /** Where nixpkgs does not know the CPE: its guesses. */
  readonly possibleCPEs?: readonly string[] | undefined;
}

const LENGTH_LIMIT = 2000;
export const POSSIBLE_CPES_LIMIT = 20;

/** Each passes a value through in its one spelling, or throws a RangeError that does not repeat it. */
export const PackageMetadata = {
  checkLicense: (text: string): string => LicenseExpression.format(LicenseExpression.parse(text)),
  checkPurl: check("a package URL: expected pkg:TYPE/NAME", /^pkg:[A-Za-z][A-Za-z0-9.+-]*\/\S+$/),
  checkCpe: check("a CPE: expected cpe:2.3:…", /^cpe:2\.3:[aho](?::[^\s:]|\\:)\S*$/),
  checkHomepage: (text: string): string => checkCommittedUrl(checkHttpUrl(text)),

  isEmpty: ({ license, identifiers = {}, homepage }: PackageMetadata): boolean =>
    [license, homepage, ...Object.values(identifiers)].every((value) => value === undefined),
};

const checkHttpUrl = check("a homepage: expected http:// or https://", /^https?:\/\/[^\s/]\S*$/);

function check(what: string, form: RegExp): (text: string) => string {
  return (text) => {
    if (text.length > LENGTH_LIMIT || /\p{C}/u.test(text) || !form.test(text))
      throw new RangeError(`not ${what}`);
    return text;
  };
}
