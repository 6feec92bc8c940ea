import { BuildSession } from "../image/build-session.ts";
import type { RegistryMemories } from "../registry/registry-memory.ts";
import type { SigningKey } from "../signing/signing-key.ts";

/**
 * What the images of one run share. Each face makes one and passes it down; nothing of it is kept in a module, so
 * two sessions of one process know nothing of each other.
 */
export class Session extends BuildSession {
  readonly registries: RegistryMemories = new Map();
  /** By the fingerprints of their public keys: the state has nothing else of them. */
  readonly signingKeys = new Map<string, SigningKey>();
}
