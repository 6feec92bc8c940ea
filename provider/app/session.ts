import { BuildSession } from "../image/build-session.ts";
import type { RegistryMemories } from "../registry/registry-memory.ts";

/**
 * What the images of one run share. Each face makes one and passes it down; nothing of it is kept in a module, so
 * two sessions of one process know nothing of each other.
 */
export class Session extends BuildSession {
  readonly registries: RegistryMemories = new Map();
}
