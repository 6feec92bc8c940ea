import { isLoopback } from "./loopback.ts";

/** Whether nobody on the way can read what we send there: it is https, or this machine. */
export const isConfidential = (url: URL): boolean =>
  url.protocol === "https:" || isLoopback(url.hostname);
