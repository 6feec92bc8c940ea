import { open } from "node:fs/promises";

/**
 * Reads a file through a few buffers: a stream would leave a new one to the garbage collector for every chunk. A chunk
 * is overwritten when three more have been requested, so one stage may hold one back (see BufferedBytes).
 */
export async function* readInBuffers(file: string): AsyncGenerator<Uint8Array> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const buffers: Buffer[] = [];
    let read = 0;
    for (let turn = 0; read < size; turn = (turn + 1) % BUFFERS) {
      const buffer = (buffers[turn] ??= Buffer.allocUnsafe(Math.min(size, BUFFER_SIZE)));
      const { bytesRead } = await handle.read(buffer);
      // Somebody has cut the file, and its hash will show it.
      if (bytesRead === 0) return;
      read += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

const BUFFERS = 4;
const BUFFER_SIZE = 256 * 1024;
