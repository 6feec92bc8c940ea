/** What is in an image, however it was learned: from its plan, or from its layers. @module */
import type { FileSizes } from "./file-sizes.ts";
import type { Digest, DiffId } from "../formats/oci/digest.ts";

export interface ImageContents {
  /** For people: a reference, a folder, a file. */
  readonly description: string;
  readonly digest: Digest;
  readonly platforms: readonly PlatformContents[];
}

export interface PlatformContents {
  /** `linux/amd64` */
  readonly platform: string;
  readonly digest: Digest;
  /** Bytes of manifest and config, which are pulled like the layers. */
  readonly documentSize: number;
  /** In the image's order. */
  readonly layers: readonly LayerContents[];
  /** What the profile lists, in its order. */
  readonly packages: readonly ImagePackage[];
  /** By store path, what it refers to. Empty if that is not known. */
  readonly references: ReadonlyMap<string, readonly string[]>;
  /** The same contents under the other value of the argument `layering`, where arguments made the image. */
  readonly otherLayers?: OtherLayers | undefined;
}

export interface OtherLayers {
  readonly layering: string;
  /** Each with its key and its parts: store paths, and names for what has none. */
  readonly layers: readonly { readonly key: string; readonly parts: readonly string[] }[];
}

export interface LayerContents {
  readonly digest: Digest;
  readonly diffId: DiffId;
  /** Bytes of the blob. */
  readonly size: number;
  /** At least one. */
  readonly parts: readonly LayerPart[];
}

/** A store path, or another part of a layer. */
export interface LayerPart {
  readonly storePath: string | undefined;
  /** `curl-8.9.1`, `base system` */
  readonly name: string;
  /** Bytes of the NAR, or of the files. */
  readonly unpackedSize: number;
  /** Undefined if they are not known. */
  readonly files?: FileSizes | undefined;
}

export interface ImagePackage {
  /** `curl` */
  readonly name: string;
  /** Empty where it has none. */
  readonly version: string;
  readonly storePaths: readonly string[];
}

export const BASE_SYSTEM = "base system";
export const STORE_DATABASE = "store database";
/** What the argument `files` adds. */
export const FILES = "files";
