/**
 * Progress on the engine's display. An ephemeral log shows while it is new and leaves no diagnostic behind. Everything here is
 * optional: where a part is missing, nothing is shown.
 * @see @pulumi/pulumi/proto/engine.proto, LogRequest
 * @module
 */
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import type { LogSink } from "../base/log.ts";
import { engineAddress } from "./engine-address.ts";

export interface EngineSink extends LogSink {
  /** The engine has got all lines: it may end this process as soon as a method has answered. */
  settled(): Promise<void>;
}

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

const SETTLE_LIMIT_MS = 1_000;

// engine.proto, enum LogSeverity.
const INFO = 1;
const WARNING = 2;

/** Undefined outside the engine's provider process. */
export function engineSink(address = engineAddress()): EngineSink | undefined {
  if (address === undefined) return undefined;
  let modules: EngineModules;
  let client: EngineClient;
  try {
    modules = loadModules();
    client = new modules.EngineClient(address, modules.insecure());
  } catch {
    return undefined;
  }
  let sent = Promise.resolve();
  // One after the other: the engine shows lines in the order in which they come.
  const send = (severity: number, message: string, ephemeral: boolean): void => {
    sent = sent
      .then(() => {
        const request = new modules.LogRequest();
        request.setSeverity(severity);
        request.setMessage(message);
        request.setEphemeral(ephemeral);
        return new Promise<void>((resolve) => client.log(request, resolve));
      })
      // Progress that cannot be shown is no reason to fail.
      .catch(() => {});
  };
  return {
    progress: (line) => send(INFO, line, true),
    warn: (line) => send(WARNING, line, false),
    info: (line) => send(INFO, line, false),
    async settled() {
      const limit = new AbortController();
      const { signal } = limit;
      const late = sleep(SETTLE_LIMIT_MS, undefined, { signal }).catch(() => {});
      await Promise.race([sent, late]);
      limit.abort();
    },
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
