/**
 * A server by TCP that sends whatever it likes instead of an answer of HTTP.
 * @module
 */
import { createServer, type Socket } from "node:net";

/** Is called once a request, when its headers have come. */
export type RawAct = (socket: Socket) => void;

export interface RawServer {
  /** `127.0.0.1:41234` */
  readonly host: string;
  readonly url: string;
  close(): Promise<void>;
}

export async function startRawServer(act: RawAct): Promise<RawServer> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => {});
    let text = "";
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      if (!text.includes("\r\n\r\n")) return;
      text = "";
      act(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Sends it again and again, as long as there is somebody. */
export function repeat(socket: Socket, text: string, everyMs: number): void {
  const timer = setInterval(() => {
    // Nobody reads it fast enough, or at all.
    if (socket.writableLength < 64 * 1024) socket.write(text);
  }, everyMs);
  socket.once("close", () => clearInterval(timer));
}
