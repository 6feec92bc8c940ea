/** One request as it goes over the wire, and the answer to it. @module */
import type { IncomingHttpHeaders } from "node:http";
import type { Zone } from "./address-zone.ts";
import type { Bytes } from "../base/bytes.ts";
import type { OriginCertificates } from "./tls-trust.ts";

export interface RawRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: { readonly size: number; readonly open: () => Bytes } | undefined;
  readonly signal?: AbortSignal | undefined;
  /** From the request's last byte to the answer. Default: 120 s. */
  readonly responseLimitMs?: number | undefined;
  /** For a body that makes no progress. Default: 60 s. */
  readonly stallLimitMs?: number | undefined;
  /** Bytes a second on average; less is no progress. Default: 2 KiB. */
  readonly leastRate?: number | undefined;
  readonly certificates?: OriginCertificates | undefined;
  /** Addresses beyond it are refused. */
  readonly reach?: Zone | undefined;
  /** A connection that has carried no request before. */
  readonly freshConnection?: boolean | undefined;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly url: URL;
  readonly body: Bytes;
  readonly signal: AbortSignal | undefined;
  /**
   * The beginning of the body, and its end when it comes soon. The connection is free afterwards:
   * for the next request if the body was short, else closed.
   */
  readShort(): Promise<Uint8Array>;
}
