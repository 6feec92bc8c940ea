import type { Digest } from "./digest.ts";

/** @see image-spec descriptor.md */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes of the blob. */
  readonly size: number;
  readonly platform?: Platform | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** @see image-spec image-index.md; GOOS and GOARCH names. */
export interface Platform {
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string | undefined;
}
