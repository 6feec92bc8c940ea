/** What may be in an image. @module */
import { z } from "zod";
import { LicenseExpression } from "../../formats/nix/license-expression.ts";
import { PublicKey } from "../../formats/nix/signature.ts";
import { argument } from "../argument.ts";

function isSigner(text: string): boolean {
  if (!text.includes(":")) return /^[^\s\p{C}]+$/u.test(text);
  try {
    PublicKey.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** One license, with its exception if it has one. */
function isLicense(text: string): boolean {
  try {
    return LicenseExpression.parse(text).kind === "license";
  } catch {
    return false;
  }
}

const listOf = (is: (text: string) => boolean) =>
  z.array(z.string().refine(is)).min(1).readonly().optional();

export const POLICY = {
  allowedSigners: argument({
    schema: listOf(isSigner),
    type: "readonly string[]",
    doc:
      "Every store path from a cache must be signed by one of these keys: full public keys " +
      '(`"cache.nixos.org-1:6NCH…"`), or names of keys that the caches of the lock have (`"cache.nixos.org-1"`). A name is ' +
      "weaker, because a change to the lock can put another key under that name. An image with other paths fails " +
      "at preview, and the error names them. See [policy](security.md#policy).",
    default: "the keys of the lock's caches",
    expected: "a list of at least one key",
    parts: {
      // Not repeated when it is wrong, because it may be a secret key.
      "[]": {
        expected: 'a public key, such as "name:base64", or its name',
        placeholder: () => "unknown-1",
      },
    },
    outputs: [],
    isPublished: false,
    diff: "ignored",
  }),
  allowedLicenses: argument({
    schema: listOf(isLicense),
    type: "readonly string[]",
    doc:
      'The licenses that packages in the image may have, by SPDX identifier: `["MIT", "GPL-2.0-or-later"]`. `A AND B` needs ' +
      "both, and `A OR B` one of them. An image with other packages fails at preview, and the error names them. The lock must " +
      "know the license of each package. See [policy](security.md#policy).",
    default: "every license",
    expected: "a list of at least one license",
    parts: {
      "[]": {
        expected: "the SPDX identifier of one license",
        isPublic: true,
        placeholder: () => "MIT",
      },
    },
    outputs: [],
    isPublished: false,
    diff: "ignored",
  }),
};
