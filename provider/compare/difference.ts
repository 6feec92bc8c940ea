/** One thing that is different in two images. @module */

export interface Difference {
  readonly about: "platform" | "config" | "layers" | "store path" | "file" | "database";
  /** `/etc/nix/nix.conf`, `Env PATH`: unique among those about the same. */
  readonly subject: string;
  /** What is different there. Undefined where this image has nothing. */
  readonly here: string | undefined;
  readonly there: string | undefined;
  /** Whether the other side's hashes of store paths of the same name make all of the difference. */
  readonly onlyHashes?: boolean;
  /** The lines that are different, `-` those of the other image and `+` ours. */
  readonly lines?: readonly string[];
}
