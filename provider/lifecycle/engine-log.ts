/**
 * Progress on the engine's display. The engine passes its gRPC address as the provider process's first
 * argument; an ephemeral log shows while it is new and leaves no diagnostic behind. Everything here is
 * optional: where a part is missing, nothing is shown.
 * @see @pulumi/pulumi/proto/engine.proto, LogRequest
 * @module
 */
import { createRequire } from "node:module";
import type { LogSink } from "../base/log.ts";

/** What we use of @pulumi/pulumi's generated gRPC code, which has no types for all of it. */
interface EngineModules {
  readonly EngineClient: new (address: string, credentials: unknown) => EngineClient;
  readonly LogRequest: new () => LogRequest;
  readonly insecure: () => unknown;
}
interface EngineClient {
  log(request: LogRequest, done: () => void): void;
}
interface LogRequest {
  setSeverity(severity: number): void;
  setMessage(message: string): void;
  setEphemeral(ephemeral: boolean): void;
}

// engine.proto, enum LogSeverity.
const INFO = 1;
const WARNING = 2;

/** Undefined outside the engine's provider process. */
export function engineSink(address: string | undefined = process.argv[2]): LogSink | undefined {
  if (address === undefined || !/^[\w.[\]-]*:\d+$/.test(address)) return undefined;
  let modules: EngineModules;
  let client: EngineClient;
  try {
    modules = loadModules();
    client = new modules.EngineClient(address, modules.insecure());
  } catch {
    return undefined;
  }
  const send = (severity: number, message: string, ephemeral: boolean): void => {
    try {
      const request = new modules.LogRequest();
      request.setSeverity(severity);
      request.setMessage(message);
      request.setEphemeral(ephemeral);
      client.log(request, () => {});
    } catch {
      // Progress that cannot be shown is no reason to fail.
    }
  };
  return {
    progress: (line) => send(INFO, line, true),
    warn: (line) => send(WARNING, line, false),
    info: (line) => send(INFO, line, false),
  };
}

function loadModules(): EngineModules {
  // From where @pulumi/pulumi is: grpc-js is its dependency, not ours.
  const own = createRequire(import.meta.url);
  const pulumi = createRequire(own.resolve("@pulumi/pulumi"));
  const services: unknown = pulumi("@pulumi/pulumi/proto/engine_grpc_pb.js");
  const messages: unknown = pulumi("@pulumi/pulumi/proto/engine_pb.js");
  const grpc: unknown = pulumi("@grpc/grpc-js");
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- generated code without types; every use is in a try
  const [{ EngineClient }, { LogRequest }, { credentials }] = [services, messages, grpc] as [
    Pick<EngineModules, "EngineClient">,
    Pick<EngineModules, "LogRequest">,
    { readonly credentials: { createInsecure(): unknown } },
  ];
  return { EngineClient, LogRequest, insecure: () => credentials.createInsecure() };
}
