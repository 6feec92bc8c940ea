/**
 * The ResourceMonitor service: what the SDK of a running program talks to.
 * @see https://github.com/pulumi/pulumi/blob/master/proto/pulumi/resource.proto
 * @module
 */
import * as grpc from "@grpc/grpc-js";
import type callback from "@pulumi/pulumi/proto/callback_pb.js";
import monitorRpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/resource_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { Alias } from "./aliases.ts";
import type { ResourceState } from "./checkpoint.ts";
import type { Deployment } from "./deployment.ts";
import type { Goal } from "./plan-step.ts";
import { handler, RpcError } from "./rpc.ts";
import type { Service } from "./rpc.ts";
import type { Transforms } from "./transforms.ts";
import { Properties } from "./wire.ts";

export interface MonitorOptions {
  readonly deployment: Deployment;
  readonly transforms: Transforms;
  readonly stack: string;
  readonly project: string;
  readonly preview: boolean;
  /** The first failure ends the operation: further registrations are refused. */
  readonly onFailure: (error: unknown) => void;
}

// The SDK asks by number since 3.260 or so, before that by name. What is not listed, hooks
// among it, makes the SDK refuse the option that needs it.
const FEATURES = new Map([
  ["secrets", proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_SECRETS],
  ["resourceReferences", proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES],
  ["transforms", proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_TRANSFORMS],
  ["aliasSpecs", proto.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS],
]);

export function monitorService(options: MonitorOptions): Service {
  const { deployment, transforms, stack, project, preview } = options;
  let failed = false;
  const guarded = <Request, Response>(answer: (request: Request) => Promise<Response>) =>
    handler(async (request: Request) => {
      const stopped = new RpcError("resource monitor shut down", grpc.status.UNAVAILABLE);
      if (failed) throw stopped;
      try {
        return await answer(request);
      } catch (error) {
        failed = true;
        options.onFailure(error);
        throw stopped; // The SDK stays silent on UNAVAILABLE and leaves the message to the engine.
      }
    });
  const handlers = {
    getDeploymentInfo: handler(() =>
      new proto.DeploymentInfo()
        .setStack(stack)
        .setProject(project)
        .setDryrun(preview)
        .setSupportedfeaturesList([...FEATURES.values()]),
    ),
    supportsFeature: handler((request: proto.SupportsFeatureRequest) =>
      new proto.SupportsFeatureResponse().setHassupport(FEATURES.has(request.getId())),
    ),
    registerResource: guarded(async (request: proto.RegisterResourceRequest) => {
      await transforms.apply(request);
      const state = await deployment.register(goalOf(request));
      transforms.remember(state.urn, request);
      const response = new proto.RegisterResourceResponse();
      response.setUrn(state.urn).setId(state.id ?? "");
      return response.setObject(Properties.toStruct(toProgram(state)));
    }),
    readResource: guarded(async (request: proto.ReadResourceRequest) => {
      const state = await deployment.read(readGoal(request), request.getId());
      const response = new proto.ReadResourceResponse().setUrn(state.urn);
      return response.setProperties(Properties.toStruct(toProgram(state)));
    }),
    registerStackTransform: guarded(async (transform: callback.Callback) => {
      transforms.addToStack(transform);
      return new empty.Empty();
    }),
    registerResourceOutputs: guarded(async (request: proto.RegisterResourceOutputsRequest) => {
      deployment.registerOutputs(request.getUrn(), Properties.fromStruct(request.getOutputs()));
      return new empty.Empty();
    }),
    // Deletes come after the program has ended; the engine's own order matters to hooks only.
    signalAndWaitForShutdown: handler(() => new empty.Empty()),
    invoke: handler((request: proto.ResourceInvokeRequest): proto.ResourceInvokeResponse => {
      const message = `this host has no function ${request.getTok()}`;
      throw new RpcError(message, grpc.status.UNIMPLEMENTED);
    }),
  } satisfies Partial<monitorRpc.IResourceMonitorServer>;
  return { definition: monitorRpc.ResourceMonitorService, handlers };
}

/** The inputs of a component go back as they came; its outputs are its own affair. */
const toProgram = (state: ResourceState): Properties =>
  state.custom ? state.outputs : state.inputs;

function goalOf(request: proto.RegisterResourceRequest): Goal {
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    parent: request.getParent() || undefined,
    inputs: Properties.fromStruct(request.getObject()),
    dependencies: request.getDependenciesList(),
    aliases: [...request.getAliasesList().map(Alias.of), ...request.getAliasurnsList()],
    importId: request.getImportid() || undefined,
    ignoreChanges: request.getIgnorechangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    protect: request.hasProtect() ? request.getProtect() : undefined,
    retainOnDelete: request.hasRetainondelete() ? request.getRetainondelete() : undefined,
    deleteBeforeReplace: request.getDeletebeforereplacedefined()
      ? request.getDeletebeforereplace()
      : undefined,
  };
}

const readGoal = (request: proto.ReadResourceRequest): Goal => ({
  type: request.getType(),
  name: request.getName(),
  custom: true,
  parent: request.getParent() || undefined,
  inputs: Properties.fromStruct(request.getProperties()),
  dependencies: request.getDependenciesList(),
  aliases: [],
  importId: undefined,
  ignoreChanges: [],
  additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
  protect: undefined,
  retainOnDelete: undefined,
  deleteBeforeReplace: undefined,
});
