/**
 * A line to a server on loopback with the round trips and the bandwidth of a distant one: bytes arrive later, and
 * no faster. All connections share the bandwidth of a direction.
 * @module
 */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface LineOptions {
  /** Of each round trip. A new connection takes one more, as TCP's handshake does. */
  readonly roundTripMs?: number;
  /** Default: as fast as it goes. */
  readonly megabitsPerSecond?: number;
  /** Is called for each HTTP request, if it is not encrypted. */
  readonly onRequest?: () => void;
}

const REQUEST = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE) /;

/** Lends the port at which the server at `port` is then reached. */
export async function withSlowLine<T>(
  port: number,
  { roundTripMs = 0, megabitsPerSecond = Infinity, onRequest }: LineOptions,
  use: (port: number) => Promise<T>,
): Promise<T> {
  const bytesPerMs = (megabitsPerSecond * 1e6) / 8 / 1000;
  const directions = [{ freeAt: 0 }, { freeAt: 0 }] as const;
  const sockets = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true }, (near) => {
    const far = connect(port, "127.0.0.1");
    for (const socket of [near, far]) sockets.add(socket.setNoDelay().on("error", () => {}));
    const opened = performance.now() + roundTripMs;
    void carry(near, far, directions[0], opened);
    void carry(far, near, directions[1], opened);
  });

  async function carry(
    from: Socket,
    to: Socket,
    direction: { freeAt: number },
    opened: number,
  ): Promise<void> {
    let arriving = Promise.resolve();
    try {
      for await (const chunk of from as AsyncIterable<Uint8Array>) {
        // A client sends nothing after a request until it has the answer, so each request begins a chunk.
        const isSent = direction === directions[0];
        if (isSent && REQUEST.test(Buffer.from(chunk).toString("latin1", 0, 8))) onRequest?.();
        direction.freeAt =
          Math.max(direction.freeAt, performance.now()) + chunk.length / bytesPerMs;
        const arrives = Math.max(direction.freeAt, opened) + roundTripMs / 2;
        arriving = arriving.then(async () => {
          await sleep(Math.max(0, arrives - performance.now()));
          if (!to.write(chunk)) await Promise.race([once(to, "drain"), once(to, "close")]);
        });
        // What is on its way fits into the line.
        await sleep(Math.max(0, direction.freeAt - performance.now() - roundTripMs));
      }
    } catch {
      // The other side sees a closed connection.
    }
    await arriving.catch(() => {});
    to.end();
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  try {
    return await use(typeof address === "object" ? (address?.port ?? 0) : 0);
  } finally {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
}
