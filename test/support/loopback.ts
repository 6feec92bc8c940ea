import type { Server } from "node:http";

export interface Loopback {
  /** `http://127.0.0.1:<a free port>` */
  readonly url: string;
  /** How many clients are still connected. */
  readonly openConnections: () => Promise<number>;
  /** Ends open connections too. */
  readonly close: () => Promise<void>;
}

export async function listenOnLoopback(server: Server): Promise<Loopback> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    openConnections: () => countConnections(server),
    close: () => closeServer(server),
  };
}

/** Ends open connections too. */
export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

export const countConnections = (server: Server): Promise<number> =>
  new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );
