import { subscribe, unsubscribe } from "node:diagnostics_channel";

// Node publishes every outgoing TCP connection on it, no matter which library opens it.
const CHANNEL = "net.client.socket";

/** How many connections this process opens while `use` runs. */
export async function countConnections(use: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const note = (): void => {
    count += 1;
  };
  subscribe(CHANNEL, note);
  try {
    await use();
  } finally {
    unsubscribe(CHANNEL, note);
  }
  return count;
}
