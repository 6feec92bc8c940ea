/** By the distribution-spec's error codes, where there are any. @see distribution-spec, "Error Codes" */
const BY_CODE: readonly (readonly [code: string, hint: string])[] = [
  [
    "SIZE_INVALID",
    "the registry, or a proxy in front of it, limits the size of a request: raise the limit (nginx: client_max_body_size), or have more and smaller layers by `maxLayers`",
  ],
  ["NAME_UNKNOWN", "create the repository: not every registry does it at the first push (ECR)"],
  ["NAME_INVALID", "check `registry` and `name`: this registry allows other names"],
  ["TAG_INVALID", "choose another `tag`: this one is not allowed, or must not be moved"],
  [
    "BLOB_UNKNOWN",
    "the registry lost what it was sent, or does not show it yet: try again, and only what is missing is sent",
  ],
  [
    "MANIFEST_INVALID",
    'the registry does not take such images: all take one system and `compression: "gzip"`',
  ],
  [
    "DIGEST_INVALID",
    "the bytes were right when they left: something on the way to the registry changes them",
  ],
  ["UNSUPPORTED", "the registry does not allow this: ask who runs it"],
];

// What servers and proxies that give no code mean.
const BY_STATUS: ReadonlyMap<number, string> = new Map([
  [405, "UNSUPPORTED"],
  [413, "SIZE_INVALID"],
]);

/** What to do about a refusal; the registry's own words are elsewhere. */
export function refusalHint(status: number, codes: readonly string[]): string {
  const all = [...codes, BY_STATUS.get(status) ?? ""];
  // MANIFEST_BLOB_UNKNOWN too.
  const known = BY_CODE.find(([code]) => all.some((each) => each.endsWith(code)));
  return known?.[1] ?? "the log of the registry may say why";
}
