/**
 * Calls a provider as the engine does: with plain values, whose secrets its answers get back, unless the provider
 * has said in a handshake that it does more.
 * @module
 */
import * as grpc from "@grpc/grpc-js";
import providerRpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { partialFailure } from "./partial-failure.ts";
import type {
  Checked,
  CheckRequest,
  Created,
  CreateOptions,
  Existing,
  Provider,
  ReadBack,
} from "./provider.ts";
import { ask, CHANNEL_OPTIONS } from "./rpc.ts";
import type { Difference } from "./steps.ts";
import { contains, copySecrets, Properties, UNKNOWN } from "./wire.ts";

const { plain, fromStruct } = Properties;

export class ProviderClient implements Provider {
  readonly #client: InstanceType<typeof providerRpc.ResourceProviderClient>;
  /** It takes and gives secrets, and is asked at previews, too. */
  #isPlugin = false;

  constructor(address: string) {
    this.#client = new providerRpc.ResourceProviderClient(
      address,
      grpc.credentials.createInsecure(),
      CHANNEL_OPTIONS,
    );
  }

  close(): void {
    this.#client.close();
  }

  /** A dynamic provider has none, and the engine goes on without. */
  async handshake(engine: string): Promise<void> {
    const request = new proto.ProviderHandshakeRequest().setEngineAddress(engine);
    request.setConfigureWithUrn(true).setInvokeWithPreview(true);
    const response = await ask<proto.ProviderHandshakeResponse>((done) =>
      this.#client.handshake(request, done),
    ).catch((error: unknown) => {
      if (Reflect.get(Object(error), "code") === grpc.status.UNIMPLEMENTED) return undefined;
      throw error;
    });
    this.#isPlugin = response?.getAcceptSecrets() === true;
  }

  async configure(config: Properties): Promise<void> {
    const request = new proto.ConfigureRequest();
    request.setArgs(this.#toStruct(config));
    for (const [key, value] of Object.entries(plain(config))) {
      request.getVariablesMap().set(key, String(value));
    }
    request.setAcceptsecrets(true);
    request.setAcceptresources(true);
    request.setSendsOldInputs(true);
    request.setSendsOldInputsToDelete(true);
    await ask<unknown>((done) => this.#client.configure(request, done));
  }

  async cancel(): Promise<void> {
    await ask<unknown>((done) => this.#client.cancel(new empty.Empty(), done));
  }

  /** `pulumi import`: the engine knows nothing but the id. */
  async import(urn: string, id: string): Promise<ReadBack | undefined> {
    const request = new proto.ReadRequest().setId(id).setUrn(urn);
    const response = await ask<proto.ReadResponse>((done) => this.#client.read(request, done));
    if (response.getProperties() === undefined) return undefined;
    const [outputs, inputs] = [response.getProperties(), response.getInputs()].map(fromStruct);
    return { id: response.getId(), outputs: outputs ?? {}, inputs };
  }

  async invoke(token: string, args: Properties): Promise<Properties> {
    const request = new proto.InvokeRequest().setTok(token).setArgs(this.#toStruct(args));
    const response = await ask<proto.InvokeResponse>((done) => this.#client.invoke(request, done));
    return fromStruct(response.getReturn());
  }

  async check({ urn, olds, news, preview }: CheckRequest): Promise<Checked> {
    const request = new proto.CheckRequest();
    request.setUrn(urn).setOlds(this.#toStruct(olds)).setNews(this.#toStruct(news));
    const response = await ask<proto.CheckResponse>((done) => this.#client.check(request, done));
    const inputs = fromStruct(response.getInputs());
    if (!preview) refuseUnknowns(inputs, "check");
    const failures = response.getFailuresList().map((failure) => failure.toObject());
    return { inputs: this.#copySecrets(news, inputs), failures };
  }

  async diff(existing: Existing, newInputs: Properties): Promise<Difference> {
    const request = new proto.DiffRequest();
    request.setId(existing.id).setUrn(existing.urn).setNews(this.#toStruct(newInputs));
    request.setOlds(this.#toStruct(existing.outputs)).setOldInputs(this.#toStruct(existing.inputs));
    const response = await ask<proto.DiffResponse>((done) => this.#client.diff(request, done));
    return {
      changes: (["unknown", "none", "some"] as const)[response.getChanges()],
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
      detailed: response.getHasdetaileddiff() ? detailedOf(response) : undefined,
    };
  }

  async create(
    urn: string,
    inputs: Properties,
    { preview = false, timeout = 0 }: CreateOptions = {},
  ): Promise<Created> {
    // The checked inputs are the outputs, and any other key is unknown.
    if (preview && !this.#isPlugin) return { id: "", outputs: inputs };
    const request = new proto.CreateRequest();
    request
      .setUrn(urn)
      .setPreview(preview)
      .setTimeout(timeout)
      .setProperties(this.#toStruct(inputs));
    const response = await ask<proto.CreateResponse>((done) =>
      this.#client.create(request, done),
    ).catch((error: unknown) => {
      throw partialFailure(error, inputs);
    });
    const outputs = fromStruct(response.getProperties());
    if (!preview) refuseUnknowns(outputs, "create");
    return { id: response.getId(), outputs: this.#copySecrets(inputs, outputs) };
  }

  async read({ urn, id, inputs, outputs }: Existing): Promise<ReadBack | undefined> {
    const request = new proto.ReadRequest();
    request.setId(id).setUrn(urn).setInputs(this.#toStruct(inputs));
    request.setProperties(this.#toStruct(outputs));
    const response = await ask<proto.ReadResponse>((done) => this.#client.read(request, done));
    if (response.getId() === "") return undefined;
    const live = response.getInputs();
    return {
      id: response.getId(),
      outputs: this.#copySecrets(outputs, fromStruct(response.getProperties())),
      inputs: live === undefined ? undefined : this.#copySecrets(inputs, fromStruct(live)),
    };
  }

  async update(
    existing: Existing,
    newInputs: Properties,
    { preview = false, timeout = 0 }: CreateOptions = {},
  ): Promise<Properties> {
    if (preview && !this.#isPlugin) return newInputs;
    const request = new proto.UpdateRequest().setPreview(preview).setTimeout(timeout);
    request.setId(existing.id).setUrn(existing.urn).setNews(this.#toStruct(newInputs));
    request.setOlds(this.#toStruct(existing.outputs)).setOldInputs(this.#toStruct(existing.inputs));
    const response = await ask<proto.UpdateResponse>((done) =>
      this.#client.update(request, done),
    ).catch((error: unknown) => {
      throw partialFailure(error, newInputs);
    });
    const outputs = fromStruct(response.getProperties());
    if (!preview) refuseUnknowns(outputs, "update");
    return this.#copySecrets(newInputs, outputs);
  }

  async delete({ urn, id, inputs, outputs }: Existing): Promise<void> {
    const request = new proto.DeleteRequest();
    request.setId(id).setUrn(urn).setOldInputs(this.#toStruct(inputs));
    request.setProperties(this.#toStruct(outputs));
    await ask<unknown>((done) => this.#client.delete(request, done));
  }

  #toStruct(properties: Properties) {
    return Properties.toStruct(this.#isPlugin ? properties : plain(properties));
  }

  #copySecrets(from: Properties, to: Properties): Properties {
    return this.#isPlugin ? to : copySecrets(from, to);
  }
}

function detailedOf(response: proto.DiffResponse): Difference["detailed"] {
  const kinds: [string, number][] = [];
  response.getDetaileddiffMap().forEach((each, place) => void kinds.push([place, each.getKind()]));
  return Object.fromEntries(kinds);
}

/** Outside a preview the sentinel is fatal: the engine cannot unmarshal it. */
function refuseUnknowns(properties: Properties, method: string): void {
  const [key] =
    Object.entries(properties).find(([, value]) => contains(value, (one) => one === UNKNOWN)) ?? [];
  if (key !== undefined)
    throw new Error(`unexpected unknown property value for "${key}" (${method})`);
}
