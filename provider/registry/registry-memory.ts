import type { Digest } from "../formats/oci/digest.ts";

/** What was learned of one registry. */
export interface RegistryMemory {
  /** By digest, the repositories that have the blob. */
  readonly homes: Map<Digest, Set<string>>;
  /** Pushes under way, by repository and digest. */
  readonly pushes: Map<string, Promise<unknown>>;
  /** It refused bytes in a PUT and took them in a PATCH. */
  takesOnlyPatches: boolean;
}

/** By host. The images of one session share it. */
export type RegistryMemories = Map<string, RegistryMemory>;

/** What `memories` has of a registry, from now on. */
export function memoryOf(memories: RegistryMemories, host: string): RegistryMemory {
  const known = memories.get(host);
  if (known !== undefined) return known;
  const made = { homes: new Map(), pushes: new Map(), takesOnlyPatches: false };
  memories.set(host, made);
  return made;
}
