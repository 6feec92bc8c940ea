/** Bills of materials of made-up packages, whose layers are not built: their digests are made from their keys. @module */
import { createHash } from "node:crypto";
import { billOf, type Bill, type BilledImage } from "../../provider/attest/bill.ts";
import { Digest, DiffId } from "../../provider/formats/oci/digest.ts";
import type { Lock, LockedPackage, LockedSystem } from "../../provider/lock/lock.ts";
import type { LixImageInputs } from "../../sdk/args.ts";
import { inputOf, PUBLIC_KEY, planOf, SYSTEM } from "./world/planned.ts";

export const SAMPLE_LOCK: Lock = {
  caches: [{ url: "https://cache.example", trustedPublicKeys: [PUBLIC_KEY] }],
  systems: new Map([[SYSTEM.system, SYSTEM]]),
};

export const sha256 = (text: string): Digest => Digest.parse(`sha256:${hex(text)}`);

const hex = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The made-up system with some fields of one package changed. */
export function systemWith(attribute: string, changes: Partial<LockedPackage>): LockedSystem {
  const before = SYSTEM.packages.get(attribute);
  if (before === undefined) throw new RangeError(`no package ${attribute}`);
  return {
    ...SYSTEM,
    packages: new Map([...SYSTEM.packages, [attribute, { ...before, ...changes }]]),
  };
}

/** For one platform. */
export function sampleImage(args: LixImageInputs = {}, system = SYSTEM): BilledImage {
  const plan = planOf(args, system);
  return {
    digest: sha256(`manifest ${plan.planKey}`),
    input: inputOf(args, system),
    plan,
    layers: plan.layers.map((layer) => ({
      ...layer,
      identity: {
        digest: sha256(`blob ${layer.key}`),
        diffId: DiffId.parse(`sha256:${hex(`tar ${layer.key}`)}`),
        size: 1,
        mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
      },
    })),
  };
}

/** Of one image, or of the index of several. */
export const sampleBill = (...images: readonly [BilledImage, ...BilledImage[]]): Bill =>
  billOf({
    repository: "ghcr.io/acme/lix",
    digest: images.length === 1 ? images[0].digest : sha256("index"),
    lock: SAMPLE_LOCK,
    images,
  });

/** Everything that a lock may say of a package, in its most unusual form. */
export const UNUSUAL = systemWith("curl", {
  name: "curl+ssl_=?-8.9.1+git_2",
  version: "8.9.1+git_2",
  license: "(curl OR Custom+) AND GPL-2.0-only WITH unknown-exception",
  homepage: "https://curl.se/{a}|b",
  identifiers: {
    possibleCPEs: ["cpe:2.3:a:curl:curl:8.9.1+git_2:*:*:*:*:*:*:*", "cpe:2.3:a:curl"],
  },
});
export const KNOWN = systemWith("gitMinimal", {
  license: "GPL-2.0-only",
  identifiers: {
    purl: "pkg:github/git/git@v2.44.1",
    cpe: "cpe:2.3:a:git-scm:git:2.44.1:*:*:*:*:*:*:*",
  },
});

export const SAMPLE_BILLS = {
  "one image": sampleBill(sampleImage()),
  "an image with a date": sampleBill(sampleImage({ created: "2024-02-29T12:00:00.123+02:00" })),
  "an image of unusual packages": sampleBill(sampleImage({ extraPkgs: ["curl"] }, UNUSUAL)),
  "an image of packages with identifiers": sampleBill(sampleImage({}, KNOWN)),
  "an index": sampleBill(sampleImage(), sampleImage({ nixConf: { cores: 4 } })),
} as const satisfies Readonly<Record<string, Bill>>;
