/** What the thread that decodes xz and the one that wants it decoded say to each other. @module */

export type ToWorker =
  | { readonly kind: "input"; readonly bytes: Uint8Array }
  | { readonly kind: "input ends" }
  /** One more chunk of output may be sent. */
  | { readonly kind: "output taken" };

export type FromWorker =
  /** One more chunk of input may be sent. */
  | { readonly kind: "input taken" }
  | { readonly kind: "output"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "output ends" }
  /** What DamagedCompression and UnsupportedCompression are made of: an error loses its class on the way. */
  | { readonly kind: "damaged"; readonly problem: string }
  | { readonly kind: "unsupported"; readonly what: string; readonly hint: string | undefined };

/** Chunks under way in either direction: backpressure, with enough ahead to keep both busy. */
export const CHUNKS_AHEAD = 8;
