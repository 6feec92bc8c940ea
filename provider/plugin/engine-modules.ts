import { credentials } from "@grpc/grpc-js";
import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";
import type { EngineModules } from "../pulumi/engine-log.ts";

/** The plugin has them beside its own code. */
export const engineModules = (): EngineModules => ({
  connect: (address) => new engineRpc.EngineClient(address, credentials.createInsecure()),
  LogRequest: engine.LogRequest,
});
