/** Looks up the closure of a lock in the caches. It reads narinfos only, no contents. @module */
import { mapConcurrent } from "../base/concurrency.ts";
import { throwAll } from "../base/errors.ts";
import { measured, type Advance } from "../base/meter.ts";
import { TIME_LIMIT } from "../base/retry-policy.ts";
import type { NarInfo } from "../formats/nix/narinfo.ts";
import type { PublicKey } from "../formats/nix/signature.ts";
import { StorePath } from "../formats/nix/store-path.ts";
import type { LateCaches } from "../substituter/late-caches.ts";
import type { Substituter } from "../substituter/substituter.ts";
import type { CacheUse } from "./cache-use.ts";
import type { LockedPath } from "../lock/lock.ts";
import { distrust } from "../lock/verify-lock.ts";
import { lixError } from "../errors/lix-error.ts";
import type { AbsentPath } from "../errors/resolve-errors.ts";

export interface ClosureRequest {
  readonly roots: Iterable<StorePath>;
  /** In order of preference. */
  readonly substituters: readonly Substituter[];
  /** The keys of all caches: one of these must have signed a path, whichever cache serves it. */
  readonly keys: readonly PublicKey[];
  /** Paths that are not looked up: sources from tarballs, and paths of an earlier lock. */
  readonly known?: ReadonlyMap<StorePath, LockedPath> | undefined;
  /** Gets those that keep us waiting. */
  readonly lateCaches: LateCaches;
  /** Counts what each cache contributes. */
  readonly use?: CacheUse | undefined;
  /** How long a cache may take to answer before the next one is asked. Default: {@link OVERTAKE_MS}. */
  readonly overtakeMs?: number | undefined;
  /** For progress: "x86_64-linux". */
  readonly label: string;
  readonly signal?: AbortSignal | undefined;
}

// Answers are small, so latency dominates; cache.nixos.org serves many more requests to one client.
const LOOKUPS_AT_ONCE = 32;
const OVERTAKE_MS = TIME_LIMIT.overtakeInLock.ms;

/** Every path that the roots need. Throws PATHS_NOT_IN_CACHES with all paths that no cache has. */
export async function resolveClosure(
  request: ClosureRequest,
): Promise<ReadonlyMap<StorePath, LockedPath>> {
  const seen = new Set(request.roots);
  let looked = 0;
  const advance = (): Advance => ({
    done: `${looked} of ${seen.size} store paths looked up`,
    waitsFor: request.substituters.map((one) => one.url).join(", "),
    subject: request.label,
  });
  return measured(advance, (meter) =>
    followReferences(request, seen, () => {
      looked += 1;
      meter.moved();
    }),
  );
}

/** @param seen the roots; every path that they refer to is added. */
async function followReferences(
  request: ClosureRequest,
  seen: Set<StorePath>,
  onAnswer: () => void,
): Promise<ReadonlyMap<StorePath, LockedPath>> {
  const found = new Map<StorePath, LockedPath>();
  const absent: AbsentStorePath[] = [];
  for (let wave = [...seen]; wave.length > 0;) {
    const answers = await mapConcurrent(
      wave,
      { width: LOOKUPS_AT_ONCE, signal: request.signal },
      async (path, signal) => {
        const answer = request.known?.get(path) ?? (await findInCaches(path, request, signal));
        onAnswer();
        return answer;
      },
    );
    wave = [];
    for (const answer of answers) {
      if ("reasons" in answer) {
        absent.push(answer);
        continue;
      }
      found.set(answer.storePath, answer);
      for (const reference of answer.references) {
        if (seen.has(reference)) continue;
        seen.add(reference);
        wave.push(reference);
      }
    }
  }
  if (absent.length > 0)
    throw lixError("PATHS_NOT_IN_CACHES", {
      paths: absent.toSorted((a, b) => StorePath.compare(a.storePath, b.storePath)),
      caches: request.substituters.map(({ url }) => url),
    });
  return new Map([...found].sort(([a], [b]) => StorePath.compare(a, b)));
}

interface AbsentStorePath extends AbsentPath {
  readonly storePath: StorePath;
}

/** The record of the first cache that has the path and can be trusted for it. */
async function findInCaches(
  path: StorePath,
  { substituters, keys, lateCaches, use, overtakeMs = OVERTAKE_MS }: ClosureRequest,
  signal: AbortSignal,
): Promise<LockedPath | AbsentStorePath> {
  const reasons: string[] = [];
  const failures: unknown[] = [];
  const hints = new Set<string>();
  // A cache that did not answer in time is asked again if no other has the path, then without our limit.
  const queue = lateCaches.last(substituters);
  const overtaken = new Set<Substituter>();
  for (const substituter of queue) {
    const { url } = substituter;
    const isLast = overtaken.has(substituter) || substituter === queue.at(-1);
    const limit = isLast ? undefined : AbortSignal.timeout(overtakeMs);
    try {
      if (!overtaken.has(substituter)) use?.asked(url);
      const each = limit === undefined ? signal : AbortSignal.any([signal, limit]);
      const info = await substituter.narInfo(path, each);
      const refusal = info === undefined ? substituter.refusal?.(path) : undefined;
      if (refusal !== undefined) use?.refused(url, refusal.message);
      if (refusal?.hint !== undefined) hints.add(refusal.hint);
      const doubt =
        info === undefined ? (refusal?.message ?? "does not have it") : distrust(info, keys);
      if (info !== undefined && doubt === undefined) {
        use?.served(url);
        overtaken.delete(substituter);
        for (const { url: late } of overtaken) lateCaches.note(late);
        return lockedPath(info);
      }
      if (info !== undefined && doubt !== undefined) use?.doubted(url, path, doubt);
      reasons.push(`${url}: ${doubt}`);
    } catch (error) {
      signal.throwIfAborted();
      if (limit?.aborted === true) {
        overtaken.add(substituter);
        queue.push(substituter);
        continue;
      }
      failures.push(error);
      use?.failed(url, error);
      reasons.push(`${url}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  // Without any answer the fault is in the caches and not in this path: one error instead of a list.
  if (failures.length === substituters.length) throwAll(failures);
  return { storePath: path, reasons, hints: [...hints] };
}

function lockedPath(info: NarInfo): LockedPath {
  return {
    storePath: info.storePath,
    narHash: info.narHash,
    narSize: info.narSize,
    references: info.references,
    // Malformed signatures prove nothing, and would make the lock unreadable.
    signatures: info.signatures.filter((signature) => /^[^:\s]+:\S+$/.test(signature)),
    deriver: info.deriver?.endsWith(".drv") === true ? info.deriver : undefined,
    ca: info.ca,
    downloadSize: info.fileSize,
  };
}
