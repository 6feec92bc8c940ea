/** Shows the progress of layers that are built, and of blobs on their way to a destination. @module */
import type { BufferedBytes, Bytes } from "../base/bytes.ts";
import { mapConcurrent } from "../base/concurrency.ts";
import { formatBytes, formatPart } from "../base/format-bytes.ts";
import { measured, waiting, type Advance, type Meter } from "../base/meter.ts";
import type { Lock } from "../lock/lock.ts";
import type { PathInfo } from "../formats/nix/path-info.ts";
import type { Digest } from "../formats/oci/digest.ts";
import type { Blob } from "../formats/oci/layer.ts";
import { largestFirst, type LayerJob } from "./layer-job.ts";
import type { LayerWatch } from "./layer-watch.ts";
import { readingAhead } from "./reading-ahead.ts";
import { LAYERS_IN_FLIGHT, type BuildSession } from "./build-session.ts";

export interface BuildingOptions {
  readonly session: BuildSession;
  /** `registry/name` */
  readonly image: string;
  readonly jobs: readonly LayerJob[];
  readonly signal: AbortSignal | undefined;
}

/**
 * Builds all of them, the largest first. The total is not known before the packages that the profile is planned
 * from are in their layers, so later layers are added to it.
 */
export async function building(
  { session, image, jobs, signal }: BuildingOptions,
  build: (job: LayerJob) => Promise<unknown>,
): Promise<void> {
  if (jobs.length === 0) return;
  const progress = new BuildingProgress(jobs, image, session.begun.has(image));
  session.begun.add(image);
  const ordered = largestFirst(jobs);
  await measured(progress.advance, (meter) =>
    readingAhead({ session, jobs: ordered, signal }, () =>
      mapConcurrent(ordered, { width: LAYERS_IN_FLIGHT, signal }, async (job) => {
        await build({ ...job, watch: progress.watch(job, meter) });
        progress.built(job, meter);
      }),
    ),
  );
}

class BuildingProgress {
  readonly #jobs: readonly LayerJob[];
  readonly #image: string;
  readonly #more: string;
  readonly #total: number;
  readonly #read = new Map<LayerJob, Map<string, number>>();
  readonly #others = new Map<LayerJob, string>();
  #bytes = 0;
  #built = 0;

  constructor(jobs: readonly LayerJob[], image: string, isMore: boolean) {
    this.#jobs = jobs;
    this.#image = image;
    this.#more = isMore ? "more " : "";
    this.#total = jobs.reduce((sum, job) => sum + fetchedSize(job), 0);
  }

  /** If a NAR is opened again, it counts from its beginning. */
  watch(job: LayerJob, meter: Meter): LayerWatch {
    const read = new Map<string, number>();
    this.#read.set(job, read);
    return {
      read: ({ storePath }, bytes) => {
        this.#bytes += bytes - (read.get(storePath) ?? 0);
        read.set(storePath, bytes);
        meter.moved();
      },
      waitsFor: (other) => {
        if (other === undefined) this.#others.delete(job);
        else this.#others.set(job, other);
      },
    };
  }

  /** Another image of the process, or another process, may build them. */
  built(job: LayerJob, meter: Meter): void {
    const read = [...(this.#read.get(job)?.values() ?? [])];
    this.#bytes += fetchedSize(job) - read.reduce((sum, bytes) => sum + bytes, 0);
    this.#read.delete(job);
    this.#others.delete(job);
    this.#built += 1;
    meter.moved();
  }

  readonly advance = (): Advance => {
    const count = this.#jobs.length;
    const layers = `${this.#built} of ${count} ${this.#more}${count === 1 ? "layer" : "layers"}`;
    const packages =
      this.#total === 0 ? "" : `${formatPart(this.#bytes, this.#total)} of packages, `;
    return {
      done: `${packages}${layers}`,
      share: this.#total === 0 ? this.#built / count : this.#bytes / this.#total,
      waitsFor: this.#waitsFor(),
      subject: lastSegment(this.#image),
    };
  };

  #waitsFor(): string {
    const [other] = this.#others.values();
    if (other !== undefined) return other;
    if (this.#bytes >= this.#total) return "the last layers to be compressed";
    return cachesOf(this.#jobs.map(({ lock }) => lock));
  }
}

/** Bytes of the NARs that are not made here. */
const fetchedSize = ({ contents, paths, generated }: LayerJob): number =>
  contents.storePaths.reduce(
    (sum, path) => sum + (generated.has(path) ? 0 : (paths.get(path)?.narSize ?? 0)),
    0,
  );

export interface ReadingOptions {
  /** `registry/name` */
  readonly image: string;
  readonly lock: Lock;
  readonly packages: readonly PathInfo[];
}

/** Packages that are read for the names of their files, and not kept. */
export async function reading(
  { image, lock, packages }: ReadingOptions,
  read: (watch: LayerWatch) => Promise<unknown>,
): Promise<void> {
  if (packages.length === 0) return;
  const total = packages.reduce((sum, { narSize }) => sum + narSize, 0);
  const bytesOf = new Map<PathInfo, number>();
  let other: string | undefined;
  const advance = (): Advance => {
    const bytes = [...bytesOf.values()].reduce((sum, each) => sum + each, 0);
    return {
      done: `${formatPart(bytes, total)} of packages read`,
      share: bytes / total,
      waitsFor: other ?? cachesOf([lock]),
      subject: lastSegment(image),
    };
  };
  await measured(advance, (meter) =>
    read({
      read: (info, bytes) => {
        bytesOf.set(info, bytes);
        meter.moved();
      },
      waitsFor: (name) => (other = name),
    }),
  );
}

const cachesOf = (locks: readonly Lock[]): string =>
  [...new Set(locks.flatMap((lock) => lock.caches.map(({ url }) => hostOf(url))))].join(", ") ||
  "the sources";

const hostOf = (url: string): string => URL.parse(url)?.host || url;

export interface PushingOptions {
  /** A destination: `ghcr.io/acme/web`, or a path. */
  readonly destination: string;
  readonly blobs: readonly Blob[];
  /** The blobs that it lacks; undefined if that is not known. */
  readonly missing: ReadonlySet<Digest> | undefined;
}

/** Lends the blobs to a push, and counts the bytes that it reads. */
export async function pushing<T>(
  { destination, blobs, missing }: PushingOptions,
  push: (blobs: readonly Blob[]) => Promise<T>,
): Promise<T> {
  const wanted = blobs.filter(({ digest }) => missing?.has(digest) !== false);
  const sizes = new Map(wanted.map(({ digest, size }) => [digest, size]));
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const sent = new Map<Digest, number>();
  const place = placeOf(destination);
  const advance = (): Advance => {
    const bytes = [...sent.values()].reduce((sum, each) => sum + each, 0);
    return {
      done: total === 0 ? "0 B to push" : `${formatPart(bytes, total)} pushed`,
      share: total === 0 ? undefined : Math.min(1, bytes / total),
      ...place,
    };
  };
  const report = total === 0 ? waiting : measured;
  return report(advance, (meter) =>
    push(
      blobs.map((blob) => ({
        ...blob,
        open: () =>
          counted(blob.open(), (bytes) => {
            sent.set(blob.digest, bytes);
            meter.moved();
          }),
      })),
    ),
  );
}

/** What a program reads, file by file. */
interface Part {
  readonly size: number;
  readonly open: () => Bytes;
}

export interface LoadingOptions<P extends Part> {
  readonly parts: readonly P[];
  /** `the Docker daemon at …`, `podman` */
  readonly place: string;
  /** `registry/name` */
  readonly name: string;
}

/** Lends the parts of an archive to what loads it. */
export async function loading<P extends Part, T>(
  { parts, place, name }: LoadingOptions<P>,
  load: (parts: readonly P[]) => Promise<T>,
): Promise<T> {
  const total = parts.reduce((sum, { size }) => sum + size, 0);
  const read = new Map<P, number>();
  const advance = (): Advance => {
    const bytes = [...read.values()].reduce((sum, each) => sum + each, 0);
    return {
      done: `${formatPart(bytes, total)} loaded`,
      share: bytes / Math.max(1, total),
      waitsFor: place,
      subject: `${lastSegment(name)} → ${place}`,
    };
  };
  return measured(advance, (meter) =>
    load(
      parts.map((part) => ({
        ...part,
        open: () =>
          counted(part.open(), (bytes) => {
            read.set(part, bytes);
            meter.moved();
          }),
      })),
    ),
  );
}

/** @param onBytes gets the number of bytes since the stream was opened. */
function counted(source: Bytes | BufferedBytes, onBytes: (bytes: number) => void): Bytes {
  const counting = async function* (chunks: Bytes): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      onBytes(bytes);
      yield chunk;
    }
  };
  return {
    [Symbol.asyncIterator]: () => counting(source),
    ...("buffered" in source && { buffered: counting(source.buffered) }),
  };
}

/** Shows that we wait for a destination to say what it has. */
export const asking = <T>(
  destination: string,
  { length }: readonly Blob[],
  ask: () => Promise<T>,
): Promise<T> =>
  waiting(() => ({ done: `${length} blobs to look for`, ...placeOf(destination) }), ask);

/** Shows that layers which were sent while others were built are still on their way. */
export const sendingOn = <T>(
  destination: string,
  bytesLeft: () => number,
  send: () => Promise<T>,
): Promise<T> =>
  waiting(() => ({ done: `${formatBytes(bytesLeft())} to push`, ...placeOf(destination) }), send);

/** `web → ghcr.io`: the image's name comes first, because it tells images apart. */
function placeOf(destination: string): Pick<Advance, "waitsFor" | "subject"> {
  const name = lastSegment(destination);
  const host = destination.slice(0, Math.max(0, destination.indexOf("/")));
  return host === "" || host.endsWith(":")
    ? { waitsFor: "the disk", subject: name }
    : { waitsFor: host, subject: `${name} → ${host}` };
}

const lastSegment = (name: string): string => name.slice(name.search(/[^/\\]*$/));
