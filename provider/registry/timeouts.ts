/**
 * How long a registry may keep us waiting. One that takes requests and never answers makes a push or a
 * removal fail in less than two minutes; a slow line, a large layer and a limited rate do not.
 * @module
 */
import { RETRY, TIME_LIMIT } from "../base/retry-policy.ts";

export interface RegistryTimeouts {
  /** For one request: all its tries, and the pauses between them that the registry asks for. */
  readonly requestLimitMs: number;
  /** For the beginning of the answer, in one try. */
  readonly responseLimitMs: number;
  /** The same for requests that make the registry work: keeping a blob or a manifest, or deleting one. */
  readonly commitLimitMs: number;
  /** For a body that makes no progress, either way. */
  readonly stallLimitMs: number;
  /** Before the second try; doubled for each further one. */
  readonly retryDelayMs: number;
}

const USUAL: RegistryTimeouts = {
  requestLimitMs: TIME_LIMIT.request.ms,
  responseLimitMs: TIME_LIMIT.registryResponse.ms,
  commitLimitMs: TIME_LIMIT.registryCommit.ms,
  stallLimitMs: TIME_LIMIT.stall.ms,
  retryDelayMs: RETRY.request.firstPauseMs,
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
