import { NarHash } from "../../provider/formats/nix/nix-hash.ts";
import type { PathInfo } from "../../provider/formats/nix/path-info.ts";
import { StorePath } from "../../provider/formats/nix/store-path.ts";

interface Path {
  readonly storePath: string;
  readonly ca: string;
  readonly references?: readonly string[];
  readonly narHash?: string | undefined;
  readonly narSize?: number;
}
interface PathWithNar extends Path {
  readonly nar_base64: string;
}

/** test/vectors/nix/content-address.json */
export interface ContentAddressVectors {
  readonly text: readonly (Path & {
    readonly name: string;
    readonly contents: string;
    readonly references: readonly string[];
  })[];
  readonly fixed: readonly (Path & {
    readonly name: string;
    readonly recursive: boolean;
    readonly algo: string;
    readonly hashHex: string;
  })[];
  readonly caRecursive: readonly PathWithNar[];
  readonly caAcceptedByNixVerify: readonly PathWithNar[];
}

/** The narinfo of the path. Vectors without a NAR hash get a wrong one. */
export const infoOf = (path: Path): PathInfo => ({
  storePath: StorePath.parse(path.storePath),
  narHash:
    path.narHash === undefined ? NarHash.fromBytes(Buffer.alloc(32)) : NarHash.parse(path.narHash),
  narSize: path.narSize ?? 112,
  references: (path.references ?? []).map(StorePath.parse),
  signatures: [],
  ca: path.ca,
});
