import { createHmac, timingSafeEqual } from "node:crypto";
import { makeSecret, readSecret } from "./user-secret.ts";

/** How verdicts are kept: as notes, by key. */
export interface VerdictNotes {
  readonly read: (key: string) => Promise<unknown>;
  readonly write: (key: string, note: string) => Promise<void>;
}

/**
 * What this user has found out on this machine, by key: that the signatures of a lock are good, or that an image is
 * unchanged. A verdict is sealed with the user's secret. If somebody else wrote it, or it came with a copied
 * cache, it counts as missing, and the work is done again.
 */
export function sealedVerdicts(notes: VerdictNotes, kind: string) {
  return {
    has: async (key: string): Promise<boolean> => {
      const note = await notes.read(key);
      if (typeof note !== "string") return false;
      const secret = await readSecret();
      return secret !== undefined && isEqual(note, seal(secret, kind, key));
    },
    add: async (key: string): Promise<void> => {
      const secret = await makeSecret();
      if (secret !== undefined) await notes.write(key, seal(secret, kind, key));
    },
  };
}

const seal = (secret: string, kind: string, key: string): string =>
  createHmac("sha256", secret).update(`${kind}\n${key}`).digest("hex");

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
