import { open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { withFile } from "../base/file-unusable.ts";
import { withTempDir } from "../base/temp-dir.ts";

// Most files are far smaller, and a write or read for each would take longer than their bytes.
const BATCH = 1024 * 1024;

/**
 * One temporary file for the contents of many, which cannot stay in memory. Those that were put in one after
 * the other are read again without a system call each. It has no name, so the system removes it when it is
 * closed, or when this process ends, however it ends.
 */
export class Spool {
  readonly #file: FileHandle;
  /** For messages. It has no name any more. */
  readonly #path: string;
  /** Put in, written or not. */
  #size = 0;
  #waiting: Uint8Array[] = [];
  #waitingSize = 0;
  #window = { at: 0, bytes: new Uint8Array(0) };

  private constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** Its owner must `close` it. */
  static async open(): Promise<Spool> {
    return withTempDir(async (folder) => {
      const path = join(folder, "contents");
      return new Spool(await withFile(path, () => open(path, "wx+", 0o600)), path);
    });
  }

  get size(): number {
    return this.#size;
  }

  /** The bytes must not change afterwards. */
  async add(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes);
    this.#waitingSize += bytes.length;
    this.#size += bytes.length;
    if (this.#waitingSize >= BATCH) await this.flush();
  }

  /** Must be called between the last `add` and the first `read`. */
  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingSize = 0;
    const start = this.#size - bytes.length;
    for (let done = 0; done < bytes.length;) {
      const left = bytes.length - done;
      const { bytesWritten } = await withFile(this.#path, () =>
        this.#file.write(bytes, done, left, start + done),
      );
      done += bytesWritten;
    }
  }

  /** `size` bytes from `at` on. */
  async *read(at: number, size: number): AsyncGenerator<Uint8Array> {
    for (let from = at; from < at + size;) {
      const bytes = await this.#from(from, at + size - from);
      yield bytes;
      from += bytes.length;
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Some of the `size` bytes from `at` on. */
  async #from(at: number, size: number): Promise<Uint8Array> {
    const { at: start, bytes } = this.#window;
    const end = start + bytes.length;
    if (at >= start && at < end) return bytes.subarray(at - start, at - start + size);
    // A read that goes on where the last one ended reads ahead; any other read would waste that.
    const wanted = at === end ? BATCH : Math.min(size, BATCH);
    // A new buffer each time, because readers may still hold the last one.
    const buffer = new Uint8Array(wanted);
    const { bytesRead } = await withFile(this.#path, () => this.#file.read(buffer, 0, wanted, at));
    if (bytesRead === 0) throw new RangeError("the spool holds less than was asked for");
    this.#window = { at, bytes: buffer.subarray(0, bytesRead) };
    return this.#window.bytes.subarray(0, size);
  }
}
