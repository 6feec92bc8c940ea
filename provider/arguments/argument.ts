/** What this package knows of one argument of LixImage: an entry of the table. @module */
import type { z } from "zod";
import type { LixImageOutputs } from "../../sdk/outputs.ts";
import type { Json } from "../base/canonical-json.ts";
import type { JsonPath } from "./json-path.ts";

/** The outputs that check computes, so that a preview shows them. */
export type PreviewOutput = Exclude<keyof LixImageOutputs, "layers" | "referrers" | "drift">;

/** An argument, or something inside one. */
export interface Part {
  /** What is valid there: the end of a message "expected …". */
  readonly expected: string;
  /** A wrong string is repeated in the error. Without it none is, because it may be secret. */
  readonly isPublic?: true;
  /** What to do about a wrong value, if there is more to say than what is expected. */
  readonly hint?: (value: unknown) => string | undefined;
  /** Takes the place of a value that is unknown or wrong. Without it, the value is left out. */
  readonly placeholder?: Placeholder;
  /** Where it is an object: the name that its interface has in the SDK. The parts below are its fields. */
  readonly interface?: string;
}

/**
 * A valid value, so that all other arguments can still be checked.
 * @param given all arguments; those that are known stand where they are.
 * @param path of what is replaced.
 */
export type Placeholder = (given: Given, path: JsonPath) => unknown;
export type Given = Readonly<Record<string, unknown>>;

/** For a field of an object inside an argument: what the SDK's interface says of it. */
export interface InnerPart extends Part {
  /** In TypeScript. */
  readonly type?: string;
  readonly doc?: string;
  readonly default?: string;
  /** The outputs that follow from it, where they are fewer than those of the whole argument. */
  readonly outputs?: readonly PreviewOutput[];
  /** The part of the same argument that decides its default: unknown while that is. */
  readonly defaultFollows?: string;
}

export interface Argument<Schema extends z.ZodType = z.ZodType> extends Part {
  /** Bounds and default. What depends on other arguments is checked in `spec.ts`, what depends on the lock later. */
  readonly schema: Schema;
  /** In TypeScript, as it stands in sdk/args.ts. A compile-time test proves that the schema agrees. */
  readonly type: string;
  /** Markdown: the comment in the SDK, and the section of docs/reference.md. */
  readonly doc: string;
  /** What holds without it, in words, where the schema has no default. */
  readonly default?: string;
  /** By their place below the argument: `[]` is an item, `.path` a property, `.*` a setting. */
  readonly parts?: Readonly<Record<string, InnerPart>>;
  /** Types that `type` names besides interfaces. */
  readonly aliases?: Readonly<Record<string, { readonly type: string; readonly doc: string }>>;
  /** The outputs that follow from it: they are unknown while it is. */
  readonly outputs: readonly PreviewOutput[];
  /** It can be read in the image, its labels or its references: the SDK warns when it is a secret. */
  readonly isPublished: boolean;
  readonly diff: Comparison;
}

/** How diff sees that it has changed. */
export type Comparison =
  /** As part of the image: by the planKey. */
  | "planKey"
  | "taggedRefs"
  /** A change of the repository replaces the resource. */
  | "repository"
  /** Not at all, because it affects neither what is pushed nor what a later refresh or delete does. */
  | "ignored"
  /** By itself, because a refresh or delete goes by what is recorded. Values that mean the same become equal. */
  | ((value: unknown, directory: string) => Json);

/** Keeps the schema's type. */
export const argument = <Schema extends z.ZodType>(entry: Argument<Schema>): Argument<Schema> =>
  entry;

/** The outputs that follow from everything that is in the image. */
export const IMAGE_OUTPUTS = [
  "ref",
  "digest",
  "mirrorRefs",
  "platforms",
  "size",
  "planKey",
] as const satisfies readonly PreviewOutput[];

export const TRUE_OR_FALSE = "true or false";
