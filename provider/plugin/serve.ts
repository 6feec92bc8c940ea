/** The plugin's gRPC server, on a port of loopback. @module */
import * as grpc from "@grpc/grpc-js";
import providerRpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type proto from "@pulumi/pulumi/proto/provider_pb.js";
import { engineAddress } from "../pulumi/engine-address.ts";
import { PluginSession } from "./plugin-session.ts";
import { providerMethods } from "./provider-methods.ts";
import { unary } from "./unary.ts";

/** States of large stacks exceed the default of 4 MB; the SDK has the same limit. */
const CHANNEL_OPTIONS = { "grpc.max_receive_message_length": 400 * 1024 * 1024 };

/** Prints the port, as the engine expects. @param argv of the process, without the program. */
export async function startPlugin(argv: readonly string[]): Promise<number> {
  const { port } = await serve(engineAddress(argv));
  process.stdout.write(`${port}\n`);
  return port;
}

export interface PluginServer {
  readonly port: number;
  /** Without waiting for calls. */
  readonly stop: () => void;
}

/** @param engine its address, if it is known yet. */
export async function serve(engine?: string): Promise<PluginServer> {
  const server = new grpc.Server(CHANNEL_OPTIONS);
  const session = new PluginSession(engine);
  // To what is missing here, gRPC answers UNIMPLEMENTED: parameterize, construct, call, list.
  server.addService(providerRpc.ResourceProviderService, {
    ...providerMethods(session),
    ...imageMethodsWhenCalled(session),
  });
  const credentials = grpc.ServerCredentials.createInsecure();
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return { port, stop: () => server.forceShutdown() };
}

/** The code about images is loaded with the first call about one. It takes a third of the memory. */
function imageMethodsWhenCalled(session: PluginSession) {
  const images = async () => (await import("./image-methods.ts")).imageMethods(session);
  return {
    check: unary(async (request: proto.CheckRequest) => (await images()).check(request)),
    diff: unary(async (request: proto.DiffRequest) => (await images()).diff(request)),
    create: unary(async (request: proto.CreateRequest) => (await images()).create(request)),
    update: unary(async (request: proto.UpdateRequest) => (await images()).update(request)),
    read: unary(async (request: proto.ReadRequest) => (await images()).read(request)),
    delete: unary(async (request: proto.DeleteRequest) => (await images()).delete(request)),
    invoke: unary(async (request: proto.InvokeRequest) => (await images()).invoke(request)),
  } satisfies Partial<providerRpc.IResourceProviderServer>;
}
