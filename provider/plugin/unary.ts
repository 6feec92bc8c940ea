import type * as grpc from "@grpc/grpc-js";
import { rpcError } from "./rpc-error.ts";

/** A gRPC method that answers, or throws. */
export const unary =
  <Request, Response>(
    answer: (request: Request) => Response | Promise<Response>,
  ): grpc.handleUnaryCall<Request, Response> =>
  (call, callback) => {
    // Not awaited: gRPC calls back.
    void Promise.resolve(call.request)
      .then(answer)
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(rpcError(error), null),
      );
  };
