/**
 * Tar headers byte for byte as Go's archive/tar writes them for nix2container: ustar unless a field
 * does not fit, then PAX for that entry only. Their bytes are the diffID, so they are ours.
 * @see https://cs.opensource.google/go/go/+/refs/tags/go1.26.0:src/archive/tar/common.go (allowedFormats)
 * @module
 */
import type { ByteString } from "../../base/byte-string.ts";
import type { Owner } from "../../base/owner.ts";
import { encodeBlock, MAX_ID, MAX_SIZE, NAME_SIZE, OWNER_NAME_SIZE, PREFIX_SIZE } from "./block.ts";
import { encodePax, onlyAscii, type PaxRecords } from "./pax.ts";

interface Entry {
  /** Absolute, without a trailing slash (but for `/` itself), as nix2container names them. */
  readonly path: ByteString;
  /** Permission bits, set-id and sticky bits. */
  readonly mode: number;
  readonly owner: Owner;
}
export type TarHeader =
  | (Entry & { readonly kind: "directory" })
  | (Entry & { readonly kind: "regular"; readonly size: number })
  | (Entry & { readonly kind: "symlink"; readonly target: ByteString });

/** The entry's header; a PAX entry stands before it where it needs one. */
export function encodeHeader(header: TarHeader): Uint8Array {
  const { path, mode, owner } = header;
  const target = header.kind === "symlink" ? header.target : "";
  const size = header.kind === "regular" ? header.size : 0;
  const typeflag = TYPEFLAG[header.kind];
  const records: PaxRecords = {
    ...ownerRecords(owner),
    linkpath: fits(target, NAME_SIZE) ? undefined : target,
    size: size <= MAX_SIZE ? undefined : String(size),
  };
  const pathFits = fits(path, NAME_SIZE);
  const split = pathFits ? { prefix: "", name: path } : splitPath(path);
  if (split !== undefined && Object.values(records).every((record) => record === undefined))
    return encodeBlock({ typeflag, ...split, linkname: target, mode, owner, size });

  // Once an entry is PAX for any reason, a long name is not split.
  const extended = encodePax(path, { ...records, path: pathFits ? undefined : path });
  const block = encodeBlock({
    typeflag,
    name: onlyAscii(path),
    prefix: "",
    linkname: onlyAscii(target),
    mode,
    owner: { ...owner, user: onlyAscii(owner.user), group: onlyAscii(owner.group) },
    size,
  });
  return Buffer.concat([extended, block]);
}

function ownerRecords({ uid, gid, user, group }: Owner): PaxRecords {
  return {
    gid: gid <= MAX_ID ? undefined : String(gid),
    gname: fits(group, OWNER_NAME_SIZE) ? undefined : group,
    uid: uid <= MAX_ID ? undefined : String(uid),
    uname: fits(user, OWNER_NAME_SIZE) ? undefined : user,
  };
}

const TYPEFLAG = { directory: "5", regular: "0", symlink: "2" } as const;

const isAscii = (bytes: ByteString): boolean => !/[^\x01-\x7f]/.test(bytes);
const fits = (bytes: ByteString, size: number): boolean => bytes.length <= size && isAscii(bytes);

/** At the last slash that leaves a prefix of at most 155 bytes, if the rest then fits the name. */
function splitPath(path: ByteString): { prefix: ByteString; name: ByteString } | undefined {
  const slash = path.lastIndexOf("/", PREFIX_SIZE);
  if (!isAscii(path) || slash <= 0 || path.length - slash - 1 > NAME_SIZE) return undefined;
  return { prefix: path.slice(0, slash), name: path.slice(slash + 1) };
}
