import type { IncomingMessage } from "node:http";

/** A request to the test registry, taken apart. */
export interface Asked {
  readonly request: IncomingMessage;
  readonly url: URL;
  /** `GET manifests`, `POST blobs/uploads`, … */
  readonly operation: string;
  readonly repository: string;
  /** A digest, a tag, the id of an upload, "list". */
  readonly name: string;
}
