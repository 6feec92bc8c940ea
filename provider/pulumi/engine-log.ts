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
  /** Shows its lines on the row of a resource, by its URN. */
  ofResource(urn: string): EngineSink;
}

/** What we use of @pulumi/pulumi's generated gRPC code, which has no types for all of it. */
export interface EngineModules {
  readonly connect: (address: string) => EngineClient;
  readonly LogRequest: new () => LogRequest;
}
interface EngineClient {
  log(request: LogRequest, done: () => void): unknown;
}
interface LogRequest {
  setSeverity(severity: number): unknown;
  setUrn(urn: string): unknown;
  setMessage(message: string): unknown;
  setEphemeral(ephemeral: boolean): unknown;
}

const SETTLE_LIMIT_MS = 1_000;

// engine.proto, enum LogSeverity.
const INFO = 1;
const WARNING = 2;

interface Line {
  readonly severity: number;
  /** Empty for the stack's row. */
  readonly urn: string;
  readonly message: string;
  readonly ephemeral: boolean;
}

/** Undefined outside the engine's provider process. */
export function engineSink(
  address = engineAddress(),
  load: () => EngineModules = loadModules,
): EngineSink | undefined {
  if (address === undefined) return undefined;
  let modules: EngineModules;
  let client: EngineClient;
  try {
    modules = load();
    client = modules.connect(address);
  } catch {
    return undefined;
  }
  let sent = Promise.resolve();
  // One after the other: the engine shows lines in the order in which they come.
  const send = ({ severity, urn, message, ephemeral }: Line): void => {
    sent = sent
      .then(() => {
        const request = new modules.LogRequest();
        request.setSeverity(severity);
        request.setUrn(urn);
        request.setMessage(message);
        request.setEphemeral(ephemeral);
        return new Promise<void>((resolve) => void client.log(request, resolve));
      })
      // Progress that cannot be shown is no reason to fail.
      .catch(() => {});
  };
  const settled = async (): Promise<void> => {
    const limit = new AbortController();
    const { signal } = limit;
    const late = sleep(SETTLE_LIMIT_MS, undefined, { signal }).catch(() => {});
    await Promise.race([sent, late]);
    limit.abort();
  };
  const ofResource = (urn: string): EngineSink => ({
    progress: (message) => send({ severity: INFO, urn, message, ephemeral: true }),
    warn: (message) => send({ severity: WARNING, urn, message, ephemeral: false }),
    info: (message) => send({ severity: INFO, urn, message, ephemeral: false }),
    settled,
    ofResource,
  });
  return ofResource("");
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
    { readonly EngineClient: new (address: string, credentials: unknown) => EngineClient },
    Pick<EngineModules, "LogRequest">,
    { readonly credentials: { createInsecure(): unknown } },
  ];
  return {
    connect: (address) => new EngineClient(address, credentials.createInsecure()),
    LogRequest,
  };
}
