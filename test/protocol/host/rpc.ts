/**
 * gRPC with promises: one server on loopback, handlers that return or throw, calls that resolve.
 * @module
 */
import * as grpc from "@grpc/grpc-js";

/** The limit of the SDK's runtime/settings.js: states of large stacks exceed the default of 4 MB. */
export const CHANNEL_OPTIONS = { "grpc.max_receive_message_length": 400 * 1024 * 1024 };

export interface Service {
  readonly definition: grpc.ServiceDefinition;
  readonly handlers: grpc.UntypedServiceImplementation;
}

/** Lends the address of a server that offers all of `services`. */
export async function withServer<T>(
  services: readonly Service[],
  use: (address: string) => Promise<T>,
): Promise<T> {
  const server = new grpc.Server(CHANNEL_OPTIONS);
  for (const { definition, handlers } of services) server.addService(definition, handlers);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  try {
    return await use(`127.0.0.1:${port}`);
  } finally {
    server.forceShutdown();
  }
}

export function handler<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve(call.request)
      .then(answer)
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(error instanceof RpcError ? error : new RpcError(error)),
      );
  };
}

export class RpcError extends Error {
  readonly code: grpc.status;
  constructor(cause: unknown, code: grpc.status = grpc.status.UNKNOWN) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.code = code;
  }
}

/** `ask((done) => client.check(request, done))`. */
export function ask<Response>(
  start: (done: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    start((error, response) => {
      if (error === null) return resolve(response);
      // What the other side said, without the status in front of it: so the engine shows it.
      error.message = error.details;
      reject(error);
    });
  });
}
