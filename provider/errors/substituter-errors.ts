/** What goes wrong with binary caches, local stores and tarballs of sources. @module */
import { entry } from "./entry.ts";

/** What one cache said. */
export interface Refusal {
  readonly url: string;
  readonly reason: string;
  readonly hint: string | undefined;
}

export const SUBSTITUTER_ERRORS = {
  CACHE_DENIED: entry({
    meaning:
      "A binary cache answers 401 or 403: it refuses the login in netrc, or netrc has none for it.",
    message: (p: { label: string; status: number; missing: string | undefined }) => {
      if (p.missing === undefined)
        return `${p.label}: the cache answers ${p.status} to the credentials that it got`;
      return p.status === 401
        ? `${p.label}: the cache answers 401: it requires a login`
        : `${p.label}: the cache answers 403: it does not have the file, or not for everyone`;
    },
    hint: ({ missing }) =>
      missing ?? "check the entry for its host in netrc (NETRC, ~/.netrc or /etc/nix/netrc)",
  }),
  // class CacheFailed
  CACHE_FAILED: { meaning: "A binary cache answers with an error, after all retries." },
  CACHE_TEXT_TOO_LONG: entry({
    meaning: "A binary cache in a folder has a narinfo that is far longer than a real one.",
    message: ({ file, most }: { file: string; most: number }) =>
      `${file}: expected a text of at most ${most} bytes; got more`,
    hint: "the cache is damaged: copy this path into it again",
  }),
  CACHE_UNREADABLE: entry({
    meaning: "A binary cache in a folder cannot be read.",
    message: ({ file }: { file: string }) => `${file}: the cache cannot be read`,
    hint: "check the path in the lock's `caches` and its permissions",
  }),
  FOREIGN_STORE_DIR: entry({
    meaning: "A binary cache has a store directory other than `/nix/store`.",
    message: ({ url, storeDir }: { url: string; storeDir: string }) =>
      `${url}: expected a cache of /nix/store; got one of ${storeDir}`,
    hint: "its paths cannot be used in an image: remove the cache from the lock's `caches`",
  }),
  INVALID_LOCAL_STORE: entry({
    meaning: "A store of this machine is written `local` or `local?root=/absolute/path`.",
    message: ({ text, got }: { text: string; got: string }) =>
      `cache ${text}: expected local or local?root=/absolute/path; got ${got}`,
  }),
  INVALID_S3_URL: entry({
    meaning: "`s3://bucket?…` and the endpoint of the environment do not form an address.",
    message: ({ bucket, got }: { bucket: string; got: string }) =>
      `cache s3://${bucket}: expected s3://bucket?region=…&endpoint=host:port&scheme=https; got ${got}`,
    hint: "check the URL in the lock's `caches`, and AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL",
  }),
  NAR_GONE: entry({
    meaning: "A binary cache has the narinfo but no longer the NAR.",
    message: ({ cache, url }: { cache: string; url: string }) =>
      `${cache}: it has a narinfo but not the NAR ${url}`,
    hint: "the cache has dropped the file: add another cache, or make a new lock",
  }),
  // class NarInterrupted
  NAR_INTERRUPTED: { meaning: "A download broke off, and the next cache is asked." },
  NAR_MISMATCH: entry({
    meaning: "The size or hash of a NAR is not that in the lock. None of it was used.",
    message: (p: {
      nar: { readonly storePath: string; readonly narSize: number; readonly narHash: string };
      from: string;
      got: string;
    }) =>
      `${p.nar.storePath} from ${p.from}: expected ${p.nar.narSize} bytes, ${p.nar.narHash}; got ${p.got}`,
    hint: "the cache serves damaged data: retry, or remove it from the lock's `caches`",
  }),
  NAR_UNAVAILABLE: entry({
    meaning: "No cache can supply a store path; the message lists each cache with its reason.",
    message: ({ path, refusals }: { path: string; refusals: readonly Refusal[] }) => [
      `${path}: none of ${refusals.length} caches can supply it`,
      // Some reasons already begin with the cache.
      ...refusals.map(
        ({ url, reason }) => `  ${reason.startsWith(`${url}: `) ? reason : `${url}: ${reason}`}`,
      ),
    ],
    hint: ({ refusals }) =>
      [
        ...new Set(refusals.flatMap(({ hint }) => hint ?? [])),
        "add a cache that has it to the lock's `caches`, or make a new lock with `lix-image lock`",
      ].join("; "),
  }),
  OFFLINE: entry({
    meaning:
      "The provider is configured to be `offline`, and a package is neither in the local cache nor in a cache on this machine.",
    message: ({ url }: { url: string }) => `${url}: not asked, because lix:offline is set`,
    hint: "build the image once with the network, or unset lix:offline",
  }),
  NETRC_UNREADABLE: entry({
    meaning: "The netrc file cannot be read.",
    message: ({ file }: { file: string }) => `${file}: cannot be read`,
    hint: "it may hold the credentials of a cache: make it readable, or point NETRC elsewhere",
  }),
  NOT_IN_A_NAR: entry({
    meaning: "A local store holds a pipe, socket or device.",
    message: ({ file }: { file: string }) =>
      `${file}: expected a file, directory or symbolic link; got something else`,
    hint: "the store is damaged, because Nix stores no such thing; `nix-store --verify` may say more",
  }),
  NO_SUCH_AWS_PROFILE: entry({
    meaning:
      "The `profile` of an `s3://` cache is not in AWS's shared config files, or has no keys there.",
    message: ({ profile, cache }: { profile: string; cache: string }) =>
      `${cache}: the AWS profile ${JSON.stringify(profile)} has no keys`,
    hint: "add it to ~/.aws/credentials, or leave `profile` out to use the keys of the environment",
  }),
  S3_DENIED: entry({
    meaning: "A bucket refuses the AWS keys, requires keys, or is in another region.",
    message: (p: { label: string; got: string | number; hint: string }) =>
      `${p.label}: expected the file; got ${p.got}`,
    hint: ({ hint }) => hint,
  }),
  STORE_DATABASE_UNREADABLE: entry({
    meaning: "The database of a local store cannot be read; only `lix-image lock` needs it.",
    message: ({ file }: { file: string }) => `${file}: the store's database cannot be read`,
    hint: "is there a Nix store, and may you read it? `local` stands for this machine's, `local?root=DIR` for the one in DIR/nix",
  }),
  STORE_UNREADABLE: entry({
    meaning:
      "A local store cannot be read, or the garbage collector removed a path in the meantime.",
    message: ({ url, why }: { url: string; why: string }) =>
      `${url}: the store cannot be read: ${why}`,
    hint: "did the garbage collector run in the meantime? a link in a profile or `nix-store --add-root` keeps paths",
  }),
  TARBALL_UNAVAILABLE: entry({
    meaning: "The tarball that the lock names for a source cannot be downloaded.",
    message: ({ label, got }: { label: string; got: string }) =>
      `${label}: expected a tarball; got ${got}`,
    hint: "the lock names it for a source that no cache has: make a new lock, or push the source to a cache",
  }),
  TARBALL_UNUSABLE: entry({
    meaning:
      "A tarball does not hold exactly one folder, has an entry outside it, or unpacks to far more than the lock says.",
    message: ({ label, got }: { label: string; got: string }) =>
      `${label}: expected a tarball of one folder; got ${got}`,
    hint: "a source is what GitHub's archive/<revision>.tar.gz or a channel's nixexprs.tar.xz holds",
  }),
  UNSAFE_NAR_URL: entry({
    meaning: "A narinfo's URL points outside its cache.",
    message: ({ cache, url }: { cache: string; url: string }) =>
      `${cache}: expected a narinfo's URL within the cache; got ${JSON.stringify(url)}`,
    hint: "the cache is damaged or hostile: remove it from the lock's `caches`",
  }),
  UNSUPPORTED_CACHE: entry({
    meaning: "The URL of a cache is of a kind that pulumi-lix cannot read.",
    message: ({ url }: { url: string; write?: string }) =>
      `cache ${url}: not a kind of cache that can be used`,
    hint: ({ write = "https://…, http://…, s3://…, file:///… or local" }) => `write ${write}`,
  }),
};
