/**
 * `transforms`: functions of the program that change a resource before it is registered. The program's SDK
 * serves them to the engine by a server of its own: first those of the resource, then those of its parents,
 * then those of the stack.
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/source_eval.go RegisterResource
 * @module
 */
import * as grpc from "@grpc/grpc-js";
import callbackRpc from "@pulumi/pulumi/proto/callback_grpc_pb.js";
import callback from "@pulumi/pulumi/proto/callback_pb.js";
import proto from "@pulumi/pulumi/proto/resource_pb.js";
import { ask, CHANNEL_OPTIONS } from "./rpc.ts";

type CallbacksClient = InstanceType<typeof callbackRpc.CallbacksClient>;

export class Transforms {
  readonly #clients = new Map<string, CallbacksClient>();
  readonly #ofStack: callback.Callback[] = [];
  readonly #ofResource = new Map<string, readonly callback.Callback[]>();
  readonly #parents = new Map<string, string>();

  addToStack(transform: callback.Callback): void {
    this.#ofStack.push(transform);
  }

  /** Its children, which come later, are transformed as it was. */
  remember(urn: string, request: proto.RegisterResourceRequest): void {
    this.#ofResource.set(urn, request.getTransformsList());
    this.#parents.set(urn, request.getParent());
  }

  /** Changes the request's properties and options. */
  async apply(request: proto.RegisterResourceRequest): Promise<void> {
    const transforms = [...request.getTransformsList()];
    for (let at = request.getParent(); at !== ""; at = this.#parents.get(at) ?? "")
      transforms.push(...(this.#ofResource.get(at) ?? []));
    for (const transform of [...transforms, ...this.#ofStack])
      await this.#apply(transform, request);
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }

  async #apply(
    transform: callback.Callback,
    request: proto.RegisterResourceRequest,
  ): Promise<void> {
    const question = new proto.TransformRequest();
    question.setType(request.getType()).setName(request.getName()).setCustom(request.getCustom());
    question.setParent(request.getParent()).setProperties(request.getObject());
    question.setOptions(optionsOf(request));
    const invoke = new callback.CallbackInvokeRequest();
    invoke.setToken(transform.getToken()).setRequest(question.serializeBinary());
    const client = this.#client(transform.getTarget());
    const answer = await ask<callback.CallbackInvokeResponse>((done) =>
      client.invoke(invoke, done),
    );
    const response = proto.TransformResponse.deserializeBinary(answer.getResponse_asU8());
    if (response.hasProperties()) request.setObject(response.getProperties());
    const options = response.getOptions();
    if (options !== undefined) setOptions(request, options);
  }

  #client(target: string): CallbacksClient {
    const known = this.#clients.get(target);
    if (known !== undefined) return known;
    const insecure = grpc.credentials.createInsecure();
    const client = new callbackRpc.CallbacksClient(target, insecure, CHANNEL_OPTIONS);
    this.#clients.set(target, client);
    return client;
  }
}

/** Those that this host heeds. */
function optionsOf(request: proto.RegisterResourceRequest): proto.TransformResourceOptions {
  const options = new proto.TransformResourceOptions();
  options.setDependsOnList(request.getDependenciesList());
  options.setIgnoreChangesList(request.getIgnorechangesList());
  options.setReplaceOnChangesList(request.getReplaceonchangesList());
  options.setAliasesList(request.getAliasesList());
  options.setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList());
  options.setImport(request.getImportid());
  options.setCustomTimeouts(request.getCustomtimeouts());
  if (request.hasProtect()) options.setProtect(request.getProtect() === true);
  if (request.hasRetainondelete()) options.setRetainOnDelete(request.getRetainondelete() === true);
  if (request.getDeletebeforereplacedefined())
    options.setDeleteBeforeReplace(request.getDeletebeforereplace());
  return options;
}

function setOptions(
  request: proto.RegisterResourceRequest,
  options: proto.TransformResourceOptions,
): void {
  request.setDependenciesList(options.getDependsOnList());
  request.setIgnorechangesList(options.getIgnoreChangesList());
  request.setAliasesList(options.getAliasesList());
  request.setAdditionalsecretoutputsList(options.getAdditionalSecretOutputsList());
  request.setImportid(options.getImport());
  if (options.hasProtect()) request.setProtect(options.getProtect() === true);
  else request.clearProtect();
  if (options.hasRetainOnDelete()) request.setRetainondelete(options.getRetainOnDelete() === true);
  else request.clearRetainondelete();
  request.setDeletebeforereplacedefined(options.hasDeleteBeforeReplace());
  request.setDeletebeforereplace(options.getDeleteBeforeReplace() === true);
}
