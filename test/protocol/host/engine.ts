/**
 * The Engine service: logs of program and providers, and the root resource of old SDKs.
 * @see https://github.com/pulumi/pulumi/blob/master/proto/pulumi/engine.proto
 * @module
 */
import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/engine_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { handler } from "./rpc.ts";
import type { Service } from "./rpc.ts";

export type Severity = "debug" | "info" | "warning" | "error";

export interface LogMessage {
  readonly severity: Severity;
  readonly text: string;
  /** The resource that it is about; empty for the stack. */
  readonly urn: string;
  /** Shown while it is news, and not kept. */
  readonly ephemeral: boolean;
}

export function engineService(onLog: (message: LogMessage) => void): Service {
  let root = "";
  const handlers = {
    log: handler((request: proto.LogRequest) => {
      onLog({
        severity: (["debug", "info", "warning", "error"] as const)[request.getSeverity()],
        text: request.getMessage(),
        urn: request.getUrn(),
        ephemeral: request.getEphemeral(),
      });
      return new empty.Empty();
    }),
    getRootResource: handler(() => new proto.GetRootResourceResponse().setUrn(root)),
    setRootResource: handler((request: proto.SetRootResourceRequest) => {
      root = request.getUrn();
      return new proto.SetRootResourceResponse();
    }),
    requirePulumiVersion: handler(() => new proto.RequirePulumiVersionResponse()),
  } satisfies Partial<engineRpc.IEngineServer>;
  return { definition: engineRpc.EngineService, handlers };
}
