import { isLoopback } from "./loopback.ts";

/** Whether nobody on the way can read what is sent there: https, or this machine itself. */
export const isConfidential = (url: URL): boolean =>
  url.protocol === "https:" || isLoopback(url.hostname);
