/**
 * Everything that the provider tries again, how often and with which pauses, and how long it waits for a
 * response. The loops read these tables and have no numbers of their own; docs/retries.md is generated from
 * them.
 * @module
 */

/**
 * The kinds of failure after which another try may succeed. Each error states its own:
 * `LixImageError.retryable`.
 */
export type Transient =
  /** A connection broke, could not be made, or carried half an answer. */
  | "network"
  /** Nothing came within a time limit of ours. */
  | "silence"
  /** The server says that it is busy or broken: {@link BUSY}. */
  | "busy"
  /**
   * A web page, or something else that does not answer the request: usually from a proxy, and usually only
   * once.
   */
  | "page"
  /** The registry does not know the upload any more, or got other bytes than were sent. */
  | "lost upload"
  /** The registry has the upload, and refuses the rest of it. */
  | "refused rest"
  /** The registry does not know a blob or manifest that it had a moment ago. */
  | "lost blob"
  /** A layer is gone from the local cache, or could not be copied from another registry. */
  | "lost layer"
  /** Another process removed a folder of the local cache while a file was written there. */
  | "lost folder"
  /** A manifest or tag that was just written does not show yet. */
  | "not shown"
  /** Another client wrote at the same time, and did not know of our entries. */
  | "overwritten"
  /** A registry refused a write because what it depends on is no longer so. */
  | "unmet condition"
  /** A login was refused that may have expired. */
  | "expired login"
  /** Another process holds a lock. */
  | "locked";

export interface RetryPolicy {
  /** For docs/retries.md. */
  readonly what: string;
  /** The failures after which it is tried again, and how many tries each allows, the first one included. */
  readonly tries: { readonly [kind in Transient]?: number };
  /**
   * Before the second try. Each further pause is twice as long, and each is shortened at random by up to half.
   */
  readonly firstPauseMs: number;
}

/** The statuses that go-containerregistry and regclient try again after. */
export const BUSY: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

const REQUEST = { network: 5, silence: 5, busy: 5 };

export const RETRY = {
  connection: {
    what: "a request without a body, on another connection, because the server closed a kept one just before",
    // One for each connection that may be kept, and a new one.
    tries: { network: 17 },
    firstPauseMs: 0,
  },
  request: {
    what: "a request that is safe to repeat: GET, HEAD, PUT, DELETE, and some POSTs",
    tries: REQUEST,
    firstPauseMs: 500,
  },
  hydra: {
    what: "a request to Hydra",
    tries: REQUEST,
    firstPauseMs: 2_000,
  },
  login: {
    what: "a request that a registry or cache refused because the login had expired, with a new login",
    tries: { "expired login": 2 },
    firstPauseMs: 0,
  },
  answer: {
    what: "a whole request to a registry, after all tries above",
    tries: { network: 3, silence: 3, page: 3 },
    firstPauseMs: 500,
  },
  token: {
    what: "a whole request to a token service, after all tries above",
    tries: { network: 2, silence: 2, page: 2 },
    firstPauseMs: 200,
  },
  upload: {
    what: "an upload of one blob: the rest, if the registry kept a part, or else the whole blob",
    // A registry that accepted a blob twice and still does not show it will not show it after a third time. One
    // that lost an upload twice may not accept such uploads at all.
    tries: { network: 4, silence: 2, busy: 4, "lost upload": 2, "refused rest": 4 },
    firstPauseMs: 500,
  },
  push: {
    what: "a push of one image to one registry, which is asked again what it lacks",
    tries: { "lost blob": 5 },
    firstPauseMs: 500,
  },
  settle: {
    what: "a request for a manifest or tag that was just written, because replicas take a moment to agree",
    tries: { "not shown": 5 },
    firstPauseMs: 200,
  },
  sharedTag: {
    what: "a change of a list of referrers or signatures under a tag, which another client may change at the same time",
    // After so many conditions it is more likely that something changes the ETags, and then none is ever met.
    tries: { overwritten: 10, "unmet condition": 5 },
    firstPauseMs: 100,
  },
  publish: {
    what: "a push of one image to all its destinations; the last try builds every missing layer",
    // Two processes whose images do not fit into one small cache take turns.
    tries: { "lost layer": 3 },
    firstPauseMs: 0,
  },
  cacheFile: {
    what: "writing a file of the local cache; for a layer, building it",
    // Removing a large cache takes a while, and new files go with it.
    tries: { "lost folder": 8 },
    firstPauseMs: 50,
  },
  tarball: {
    what: "a download of a source's tarball, before any of it is used",
    // Tens of megabytes from servers that make them as they send them: such downloads do break off.
    tries: { network: 3, silence: 3 },
    firstPauseMs: 0,
  },
  workLock: {
    what: "a wait for a lock of the local cache, until its owner ends or gives no sign of life",
    tries: { locked: Infinity },
    firstPauseMs: 25,
  },
} as const satisfies Readonly<Record<string, RetryPolicy>>;

/** The longest pause that doubling leads to. */
export const LONGEST_PAUSE_MS = 20_000;
/** The longest that a server's Retry-After is obeyed. */
export const LONGEST_RETRY_AFTER_MS = 60_000;

export interface TimeLimit {
  /** For docs/retries.md. */
  readonly what: string;
  readonly ms: number;
}

const limit = (what: string, ms: number): TimeLimit => ({ what, ms });

export const TIME_LIMIT = {
  connect: limit("connecting: name lookup, TCP, proxy and TLS", 20_000),
  // Long, because others may be in the middle of large files, but not endless, so that somebody who holds a
  // place without using it cannot block us for ever.
  queue: limit("a free connection, while 16 requests to one host are running", 600_000),
  // Room for two pauses of a minute, the longest Retry-After that is obeyed.
  request: limit("a request without a body, with all tries and pauses", 180_000),
  // Registries put large uploads together then.
  response: limit("the beginning of a response, in one try", 120_000),
  stall: limit("a body, sent or received, without progress (2 KiB a second)", 60_000),
  // Five tries are 108 s. Registries look up what they are asked in less than a second.
  registryResponse: limit("the beginning of a registry's response, in one try", 20_000),
  // Those with their blobs in S3 copy a layer when it is whole, a gigabyte in half a minute.
  registryCommit: limit("the same, after a blob or manifest was sent or deleted", 90_000),
  // The reader of a body may itself be waiting for something, so it is asked to end, but we do not wait for
  // that.
  bodySource: limit("the source of a body, to end when the body is no longer needed", 1_000),
  // A short rest is read, so that the connection can be used again.
  restOfAnswer: limit("the rest of a response that is not needed, up to 64 KiB", 1_000),
  untag: limit("deleting the temporary tag of an upload", 20_000),
  refresh: limit("a request of a refresh, with all tries", 25_000),
  // A cache has a file at hand, or gets it from a store behind it in a few seconds.
  cacheRequest: limit("a request to the only cache, with all tries", 90_000),
  cacheResponse: limit("the beginning of its response, in one try", 30_000),
  cacheStall: limit("its file, without progress", 30_000),
  // Another cache can have it sooner than that. When all are slow, this one is asked again, as the only one.
  hurriedRequest: limit("a request to a cache, while another cache may have the same file", 5_000),
  hurriedStall: limit("its file, without progress (16 KiB a second)", 10_000),
  overtake: limit("a cache's response in a build, before the next cache is asked as well", 3_000),
  // Longer than in a build, because these requests wait for each other's connections.
  overtakeInLock: limit("the same in `lix-image lock`", 10_000),
  // As Nix does with a cache that failed: a closure of hundreds of paths should not wait for each.
  cacheRest: limit("the pause after a cache has failed", 60_000),
  awsRequest: limit("a request to AWS, with all tries", 60_000),
  awsResponse: limit("the beginning of its response, in one try", 20_000),
  // Outside their cloud nothing answers at such an address, and then we must not wait for it.
  metadata: limit("a machine's metadata service (EC2, Google)", 1_000),
  // It may request a token from a cloud, or ask a person to touch a security key.
  helper: limit("a credential helper, or the AWS CLI", 60_000),
  // A daemon that unpacks large layers onto a slow disk neither reads nor writes meanwhile.
  dockerLoad: limit("the Docker daemon during `docker load`, without a sign of life", 600_000),
  dockerQuestion: limit("any other response of the Docker daemon", 30_000),
  // A process that is busy, or a slow file server, may miss some of its beats, one each second.
  workLock: limit("the owner of a lock of the local cache, without a sign of life", 10_000),
  workLockPause: limit("the next look at such a lock", 500),
} as const satisfies Readonly<Record<string, TimeLimit>>;
