/**
 * ^C, for the dynamic provider. The engine asks its providers to cancel, and the SDK's process answers that without
 * telling anybody. But Node reports each request that an HTTP/2 server gets, and gRPC is HTTP/2.
 * @see https://nodejs.org/api/diagnostics_channel.html#event-http2serverstreamstart
 * @module
 */
import { subscribe } from "node:diagnostics_channel";
import { lixError } from "../errors/lix-error.ts";

const CANCEL = "/pulumirpc.ResourceProvider/Cancel";

/** Aborts when the engine asks to cancel; never with a Node that does not report it. */
export function engineCancel(): AbortSignal {
  const cancel = new AbortController();
  subscribe("http2.server.stream.start", (message) => {
    const headers: unknown = Reflect.get(Object(message), "headers");
    if (Reflect.get(Object(headers), ":path") === CANCEL) cancel.abort(lixError("CANCELLED", {}));
  });
  return cancel.signal;
}
