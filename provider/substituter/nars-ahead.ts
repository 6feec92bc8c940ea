/** Small NARs of one cache, fetched before they are wanted. @module */
import { Bytes } from "../base/bytes.ts";
import type { NarInfo } from "../formats/nix/narinfo.ts";
import type { Pace } from "./late-caches.ts";

// Half of all NARs are smaller, and a larger one takes far longer than the request for it.
const LONGEST = 512 * 1024;

/** Opens the NAR at such a URL, as `CacheFiles.nar`. */
type OpenNar = (url: string, signal?: AbortSignal, pace?: Pace) => Bytes;

export class NarsAhead {
  readonly #nar: OpenNar;
  /** By URL, as it is stored; nobody has opened them yet. */
  readonly #nars = new Map<string, Promise<Uint8Array>>();

  constructor(nar: OpenNar) {
    this.#nar = nar;
  }

  /** Keeps it until it is opened or the signal aborts. A failure is reported to nobody: `open` tries again. */
  async fetch({ url, narSize, fileSize = narSize }: NarInfo, signal: AbortSignal): Promise<void> {
    if (fileSize > LONGEST || this.#nars.has(url)) return;
    // The server decides how long it really is. If it is slow, `open` may have to find another cache.
    const nar = Bytes.collect(this.#nar(url, signal, "hurried"), LONGEST);
    this.#nars.set(url, nar);
    const forget = (): void => void this.#nars.delete(url);
    signal.addEventListener("abort", forget, { once: true });
    await nar.catch(forget);
  }

  async *open({ url }: NarInfo, signal?: AbortSignal, pace?: Pace): AsyncGenerator<Uint8Array> {
    const nar = this.#nars.get(url);
    this.#nars.delete(url);
    const bytes = await nar?.catch(() => undefined);
    signal?.throwIfAborted();
    if (bytes === undefined) yield* this.#nar(url, signal, pace);
    else yield bytes;
  }
}
