import { lixError } from "../errors/lix-error.ts";
import type { Substituter } from "./substituter.ts";

/** A cache that is not asked. */
export function offlineCache(url: string): Substituter {
  const refuse = (): never => {
    throw lixError("OFFLINE", { url });
  };
  return {
    url,
    narInfo: async () => refuse(),
    openNar: () => refuse(),
  };
}
