/**
 * `nix-cache-info`: what a binary cache says of itself. Lines `Key: value`, unknown keys ignored.
 * @module
 */
import { lixError } from "../../errors/lix-error.ts";
import { STORE_DIR } from "./store-path.ts";

export interface CacheInfo {
  /** Where the cache's paths live; ours is `/nix/store`. */
  readonly storeDir: string;
  readonly wantMassQuery: boolean;
  /** The lower goes first. A cache that names none has 0 for Nix: the highest. */
  readonly priority: number | undefined;
}

export const CacheInfo = {
  parse(text: string): CacheInfo {
    if (!/^[A-Za-z][A-Za-z0-9_-]*:/.test(text)) throw lixError("NOT_A_CACHE_INFO", { text });
    const fields = new Map(
      text.split("\n").map((line): [string, string] => {
        const colon = line.indexOf(":");
        return [line.slice(0, Math.max(colon, 0)), line.slice(colon + 1).trim()];
      }),
    );
    const priority = fields.get("Priority");
    return {
      storeDir: fields.get("StoreDir") ?? STORE_DIR,
      wantMassQuery: fields.get("WantMassQuery") === "1",
      priority:
        priority !== undefined && /^-?\d{1,9}$/.test(priority) ? Number(priority) : undefined,
    };
  },
};
