/**
 * What to do about a refusal. Registries give few codes and many sentences, so the sentences count first.
 * @see distribution-spec, "Error Codes"; test/faults/refusals.ts has where each was found
 * @module
 */
interface Rule {
  readonly said: RegExp;
  readonly hint: string;
}

/** By what the server says, codes included. The first that fits counts. */
const BY_WORDS: readonly Rule[] = [
  {
    said: /immutab|does not allow updating|redeploy|cannot be overwritten|overwrite .*not allowed|permissions? to delete\/overwrite|tag .*already exists/i,
    hint: 'this repository takes each tag once and never moves it: choose a tag of its own for each image, such as tag: "{planKey}", or allow tags to move',
  },
  {
    said: /toomanyrequests|too many requests|rate.?limit/i,
    hint: "it limits the rate of requests: wait, or log in",
  },
  {
    said: /no space left|disk (?:is )?full|insufficient storage/i,
    hint: "the registry has no room left: ask who runs it to free some",
  },
  {
    said: /quota|limit_?exceeded|exceed(?:s|ed)? .*(?:limit|storage)|upper limit|too many tags|has \d+ tags/i,
    hint: "a quota of the registry is used up: remove old images or tags, or have it raised",
  },
  {
    said: /operation is disallowed on this/i,
    hint: "the tag, image or repository is locked (Azure: az acr repository show), or the registry is full: unlock it, or choose another `tag`",
  },
  {
    said: /read.?only|maintenance/i,
    hint: "the repository is read-only: wait for the end of its maintenance, or ask who runs it",
  },
  {
    said: /proxy.?(?:project|cache|repositor)|pull.?through|remote repositor|virtual repositor/i,
    hint: "this repository is a cache of another registry: push to one that keeps images itself",
  },
  {
    said: /includes?\/excludes? pattern/i,
    hint: "the repository takes only some names: choose another `name`, or have its pattern changed",
  },
  {
    said: /must have a namespace|namespace (?:is )?required|missing namespace/i,
    hint: 'this registry wants a namespace: registry: "host/namespace"',
  },
  {
    said: /registry is disabled|disabled for this project|packages? .*disabled/i,
    hint: "switch the container registry on in the settings of this project",
  },
  {
    said: /project .*(?:not found|does not exist)|no such project|project_not_found/i,
    hint: "create the project first, or check the namespace in `registry`",
  },
  {
    said: /(?:repository|name).*(?:not found|does not exist|not exist|unknown to registry)|name_unknown|repository_unknown/i,
    hint: "create the repository: not every registry does it at the first push (ECR)",
  },
  {
    said: /expected scopes|insufficient_scope|scope.*(?:missing|required)|requires? .*scope/i,
    hint: "the login may not push here: give its token the scope for it (ghcr.io: write:packages; GitLab: write_registry)",
  },
  {
    said: /schema version not supported|unsupported (?:media|manifest)|media ?type.*(?:not supported|unsupported|not allowed)/i,
    hint: 'the registry does not take such images: all take one system and `compression: "gzip"`',
  },
];

/** By the distribution-spec's codes, MANIFEST_BLOB_UNKNOWN among those that end in BLOB_UNKNOWN. */
const BY_CODE: readonly (readonly [code: string, hint: string])[] = [
  [
    "SIZE_INVALID",
    "the registry, or a proxy in front of it, limits the size of a request: raise the limit (nginx: client_max_body_size), or have more and smaller layers by `maxLayers`",
  ],
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

// The code that servers and proxies mean if they give none.
const BY_STATUS: ReadonlyMap<number, string> = new Map([
  [405, "UNSUPPORTED"],
  [413, "SIZE_INVALID"],
]);

/** Undefined when the server's own words are all that is known. */
export function refusalHint(
  status: number,
  { codes, text }: { readonly codes: readonly string[]; readonly text: string },
): string | undefined {
  const said = [...codes, text].join(" ");
  const byWords = BY_WORDS.find((rule) => rule.said.test(said));
  if (byWords !== undefined) return byWords.hint;
  const all = [...codes, BY_STATUS.get(status) ?? ""];
  return BY_CODE.find(([code]) => all.some((each) => each.endsWith(code)))?.[1];
}
