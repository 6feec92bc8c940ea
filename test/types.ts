/**
 * Proofs by the compiler, checked by `tsc` and never run.
 * @module
 */
import type { Output } from "@pulumi/pulumi";
import type { z } from "zod";
import type { PreviewOutput } from "../provider/arguments/argument.ts";
import type { NarHash } from "../provider/formats/nix/nix-hash.ts";
import type { StorePath } from "../provider/formats/nix/store-path.ts";
import type { DiffId, Digest } from "../provider/formats/oci/digest.ts";
import type { LixImageInputs as Schema, LixImageSpec } from "../provider/arguments/schema.ts";
import type { LixImageArgs, LixImageInputs } from "../sdk/args.ts";
import type { LixImage } from "../sdk/lix-image.ts";
import type { LixImageOutputs } from "../sdk/outputs.ts";

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const yes = <_ extends true>(): void => {};
const no = <_ extends false>(): void => {};

/** One object type instead of an intersection or alias, at every depth, so that Equal compares shapes. */
type Plain<T> = T extends object ? { readonly [K in keyof T]: Plain<T[K]> } : T;
/** Assignable in both directions. */
type Mutual<A, B> = [A, B] extends [B, A] ? true : false;
type WithoutCompression<T> = Omit<T, "compression">;
type SchemaInput = z.input<typeof Schema>;

// The documented interface and the schema that runs are the same; neither has a key the other lacks.
yes<Equal<Plain<WithoutCompression<SchemaInput>>, Plain<WithoutCompression<LixImageInputs>>>>();
// Levels depend on the algorithm in the schema alone; what may be written is the same.
yes<Mutual<SchemaInput["compression"], LixImageInputs["compression"]>>();
// And Equal distinguishes a missing key, an optional one and another type.
no<
  Equal<Plain<Omit<SchemaInput, "tag" | "compression">>, Plain<WithoutCompression<LixImageInputs>>>
>();
no<
  Equal<Plain<Required<WithoutCompression<SchemaInput>>>, Plain<WithoutCompression<LixImageInputs>>>
>();
no<
  Equal<
    Plain<WithoutCompression<SchemaInput> & { tag?: number }>,
    Plain<WithoutCompression<LixImageInputs>>
  >
>();

// After the schema nothing that has a default is optional.
yes<Equal<LixImageSpec["maxLayers"], number>>();
yes<Equal<LixImageSpec["extraPkgs"], readonly string[]>>();

// A program may give plain values where the command line's JSON does.
declare const inputs: LixImageInputs;
export const args: LixImageArgs = inputs;

// Or Outputs, at any depth.
declare const later: Output<string>;
export const deep: LixImageArgs = {
  registry: later,
  extraTags: ["v1", later],
  nixConf: later.apply(() => ({ cores: 4 })),
  archives: [{ type: "oci-layout", path: later }],
  compression: { algorithm: "zstd", level: later.apply(Number) },
};
export const deeper: LixImageArgs = { nixConf: { substituters: ["https://a.example", later] } };
// @ts-expect-error there is no such argument
export const misspelled: LixImageArgs = { tags: ["v1"] };
// @ts-expect-error nor is an Output of something else an argument
export const mistaken: LixImageArgs = { maxLayers: later };

type Told = { readonly [K in keyof LixImageOutputs]-?: OutputOf<LixImage[K]> };
type OutputOf<T> = T extends Output<infer Value> ? Value : never;
type MayBeNone = "revision" | "layers";
type Documented = {
  readonly [K in keyof LixImageOutputs]-?: K extends MayBeNone
    ? LixImageOutputs[K] | undefined
    : Required<LixImageOutputs>[K];
};
// The resource has the same outputs as `--json`, each as an Output of its own type.
yes<Equal<Told, Documented>>();
// A preview knows everything except what only a push or a refresh can find out.
yes<Equal<PreviewOutput, Exclude<keyof LixImageOutputs, "layers" | "referrers" | "drift">>>();
yes<Equal<ReturnType<typeof LixImage.get>, LixImage>>();

declare const digest: Digest;
declare const diffId: DiffId;
declare const narHash: NarHash;
declare const storePath: StorePath;
// @ts-expect-error a diffID names the uncompressed tar; a manifest wants the blob's digest
export const blob: Digest = diffId;
// @ts-expect-error and a config wants diffIDs
export const tar: DiffId = digest;
// @ts-expect-error a NarHash is sha256-<base64>, not a digest
export const nar: Digest = narHash;
// @ts-expect-error text becomes a store path only by StorePath.parse
export const parsed: StorePath = "/nix/store/00000000000000000000000000000000-x";
// Brands are still text.
export const text: string = storePath;
