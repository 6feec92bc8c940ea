/**
 * How long a registry may keep us waiting. One that takes requests and never answers makes a push or a
 * removal fail in less than two minutes; a slow line, a large layer and a limited rate do not.
 * @module
 */

export interface RegistryTimeouts {
  /** For one question: all its tries, and the pauses between them that the registry asks for. */
  readonly requestLimitMs: number;
  /** For the beginning of the answer, in one try. */
  readonly responseLimitMs: number;
  /** The same, for what makes the registry work: to keep a blob or a manifest, to delete one. */
  readonly commitLimitMs: number;
  /** For a body that makes no progress, either way. */
  readonly stallLimitMs: number;
  /** Before the second try; doubled for each further one. */
  readonly retryDelayMs: number;
}

const USUAL: RegistryTimeouts = {
  // Room for two pauses of a minute, the longest that we take a registry at its word for.
  requestLimitMs: 180_000,
  // Five tries are 108 s. Registries look up what they are asked in less than a second.
  responseLimitMs: 20_000,
  // Those with their blobs in S3 copy a layer when it is whole, a gigabyte in half a minute.
  commitLimitMs: 90_000,
  stallLimitMs: 60_000,
  retryDelayMs: 500,
};

export type RegistryTimeoutOptions = {
  readonly [K in keyof RegistryTimeouts]?: RegistryTimeouts[K] | undefined;
};

export const RegistryTimeouts = {
  of: (options: RegistryTimeoutOptions): RegistryTimeouts => ({
    requestLimitMs: options.requestLimitMs ?? USUAL.requestLimitMs,
    responseLimitMs: options.responseLimitMs ?? USUAL.responseLimitMs,
    commitLimitMs: options.commitLimitMs ?? USUAL.commitLimitMs,
    stallLimitMs: options.stallLimitMs ?? USUAL.stallLimitMs,
    retryDelayMs: options.retryDelayMs ?? USUAL.retryDelayMs,
  }),
};
