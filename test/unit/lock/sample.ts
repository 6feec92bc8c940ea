/** A lock of three paths, made by hand and signed by a key made for tests. @module */
import { createPrivateKey, createPublicKey } from "node:crypto";
import type { Lock, LockedPath } from "../../../provider/lock/lock.ts";
import { recursivePath } from "../../../provider/formats/nix/content-address.ts";
import { NarHash } from "../../../provider/formats/nix/nix-hash.ts";
import { sign } from "../../../provider/formats/nix/signature.ts";
import { StorePath } from "../../../provider/formats/nix/store-path.ts";

export interface TestKey {
  /** `name:base64`, as `nix-store --generate-binary-cache-key` writes them. */
  readonly publicKey: string;
  readonly secretKey: string;
}

/** The same key for the same seed: signatures get into goldens. */
export function testKey(name: string, seed: number): TestKey {
  const raw = Buffer.alloc(32, seed);
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), raw]);
  const secret = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = createPublicKey(secret).export({ format: "der", type: "spki" });
  const half = spki.subarray(-32);
  return {
    publicKey: `${name}:${half.toString("base64")}`,
    secretKey: `${name}:${Buffer.concat([raw, half]).toString("base64")}`,
  };
}

export const KEY = testKey("test-1", 7);

export const GLIBC = StorePath.parse("/nix/store/11111111111111111111111111111111-glibc-2.40");
export const CURL = StorePath.parse("/nix/store/22222222222222222222222222222222-curl-8.9.1-bin");
export const CURL_DEV = StorePath.parse(
  "/nix/store/33333333333333333333333333333333-curl-8.9.1-dev",
);
const hash = (text: string): NarHash => NarHash.of(Buffer.from(text));
export const SOURCE = recursivePath("source", hash("nixpkgs"), []);

export function signed(path: Omit<LockedPath, "signatures">, key: TestKey = KEY): LockedPath {
  return { ...path, signatures: [sign(path, key.secretKey)] };
}

/** In an order that is not the canonical one. */
export function sampleLock(): Lock {
  const paths: readonly LockedPath[] = [
    {
      storePath: SOURCE.storePath,
      narHash: hash("nixpkgs"),
      narSize: 1000,
      references: [],
      signatures: [],
      ca: SOURCE.ca,
      fetch: { tarball: "https://example.org/nixpkgs.tar.gz" },
    },
    signed({
      storePath: CURL,
      narHash: hash("curl"),
      narSize: 2000,
      references: [CURL, GLIBC],
      deriver: "44444444444444444444444444444444-curl-8.9.1.drv",
      downloadSize: 700,
    }),
    signed({ storePath: GLIBC, narHash: hash("glibc"), narSize: 3000, references: [] }),
  ];
  return {
    caches: [
      { url: "./cache", trustedPublicKeys: [KEY.publicKey] },
      { url: "https://cache.example.org", trustedPublicKeys: [] },
    ],
    systems: new Map([
      [
        "x86_64-linux",
        {
          system: "x86_64-linux",
          nixpkgs: SOURCE.storePath,
          packages: new Map([
            [
              "nix",
              {
                attribute: "nix",
                name: "glibc-2.40",
                version: "2.40",
                outputs: new Map([["out", GLIBC]]),
                defaultOutput: "out",
                outputsToInstall: ["out"],
                priority: 5,
                outputSpecified: false,
              },
            ],
            [
              "curl.bin",
              {
                attribute: "curl.bin",
                name: "curl-8.9.1",
                version: undefined,
                // Not sorted: the first output is the default one.
                outputs: new Map([
                  ["dev", CURL_DEV],
                  ["bin", CURL],
                ]),
                defaultOutput: "bin",
                outputsToInstall: ["bin"],
                priority: -10,
                outputSpecified: true,
              },
            ],
          ]),
          paths: new Map(paths.map((path) => [path.storePath, path])),
        },
      ],
    ]),
  };
}
