/** What goes wrong when an image is not what `allowedSigners` and `allowedLicenses` allow. @module */
import { enumerate } from "../base/enumerate.ts";
import { entry } from "./entry.ts";

/** One system's violations. */
export interface PolicyViolations {
  readonly system: string;
  readonly violations: readonly string[];
}

export const POLICY_ERRORS = {
  LICENSE_NOT_ALLOWED: entry({
    meaning:
      "Packages in the image have a license that `allowedLicenses` does not allow; the message names each with its license.",
    message: ({ system, violations }: PolicyViolations) =>
      enumerate(`allowedLicenses: ${system}: `, violations, "packages are not allowed"),
    hint: "leave these packages out, or add their licenses to allowedLicenses",
  }),
  LICENSE_NOT_LOCKED: entry({
    meaning:
      "`allowedLicenses` is set, and the lock does not say which license a package in the image has; the message names the packages.",
    message: ({ lock, system, violations }: PolicyViolations & { readonly lock: string }) =>
      enumerate(
        `allowedLicenses: ${lock} has no license for ${system}: `,
        violations,
        "packages without a license",
      ),
    hint:
      "`lix-image lock --update` adds the licenses that the channel or the evaluation names; for packages that were locked " +
      "by store path, and for releases of Lix, there are none",
  }),
  SIGNER_NOT_ALLOWED: entry({
    meaning:
      "Store paths in the image have no valid signature by a key of `allowedSigners`; the message names each with its signers.",
    message: ({ system, violations }: PolicyViolations) =>
      enumerate(`allowedSigners: ${system}: `, violations, "store paths are not allowed"),
    hint: "lock them from a cache that signs with one of these keys, or add their key to allowedSigners",
  }),
};
