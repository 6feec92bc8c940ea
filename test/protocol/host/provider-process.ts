/**
 * The real provider process of dynamic resources, `@pulumi/pulumi/cmd/dynamic-provider`, spoken to as the
 * engine does: it prints its port, is configured once, gets plain values, and its answers get back the
 * secrets that the questions had.
 * @module
 */
import * as grpc from "@grpc/grpc-js";
import providerRpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import { startNode } from "./child-process.ts";
import type { Child, ChildOptions } from "./child-process.ts";
import { partialFailure } from "./partial-failure.ts";
import type { Checked, CheckRequest, Created, Existing, Provider, ReadBack } from "./provider.ts";
import { ask, CHANNEL_OPTIONS } from "./rpc.ts";
import type { Difference } from "./steps.ts";
import { contains, copySecrets, Properties, UNKNOWN } from "./wire.ts";

const { plain, fromStruct } = Properties;
const toStruct = (properties: Properties) => Properties.toStruct(plain(properties));

export class ProviderProcess implements Provider {
  readonly #child: Child;
  readonly #client: InstanceType<typeof providerRpc.ResourceProviderClient>;

  private constructor(child: Child, address: string) {
    this.#child = child;
    this.#client = new providerRpc.ResourceProviderClient(
      address,
      grpc.credentials.createInsecure(),
      CHANNEL_OPTIONS,
    );
  }

  static async start(options: ChildOptions, config: Properties): Promise<ProviderProcess> {
    const { promise: port, resolve } = Promise.withResolvers<string>();
    let first = true;
    const complaints: string[] = [];
    const onLine: ChildOptions["onLine"] = (line, stream) => {
      if (stream === "stderr") complaints.push(line);
      if (!first || stream === "stderr") return options.onLine(line, stream);
      first = false;
      resolve(line);
    };
    const child = startNode({ ...options, onLine });
    const died = child.ended.then((code) => {
      const said = complaints.join("\n");
      throw new Error(`the provider process ended with ${code} before it was ready\n${said}`);
    });
    const provider = new ProviderProcess(child, `127.0.0.1:${await Promise.race([port, died])}`);
    died.catch(() => {}); // From here on its calls tell.
    await provider.#configure(config);
    return provider;
  }

  async end(): Promise<void> {
    this.#client.close();
    await this.#child.end();
  }

  /** Closes stdin, as happens when the engine has ended. */
  closeStdin(): void {
    this.#child.closeStdin();
  }

  /** The exit code, or the name of the signal that ended it. */
  get ended(): Promise<number | string> {
    return this.#child.ended;
  }

  /** Calls under way fail. */
  async kill(): Promise<void> {
    await this.#child.kill();
    this.#client.close();
  }

  async #configure(config: Properties): Promise<void> {
    const request = new proto.ConfigureRequest();
    request.setArgs(toStruct(config));
    for (const [key, value] of Object.entries(plain(config))) {
      request.getVariablesMap().set(key, String(value));
    }
    request.setAcceptsecrets(true);
    request.setAcceptresources(true);
    request.setSendsOldInputs(true);
    request.setSendsOldInputsToDelete(true);
    await ask<unknown>((done) => this.#client.configure(request, done));
  }

  async check({ urn, olds, news, preview }: CheckRequest): Promise<Checked> {
    const request = new proto.CheckRequest();
    request.setUrn(urn).setOlds(toStruct(olds)).setNews(toStruct(news));
    const response = await ask<proto.CheckResponse>((done) => this.#client.check(request, done));
    const inputs = fromStruct(response.getInputs());
    if (!preview) refuseUnknowns(inputs, "check");
    const failures = response.getFailuresList().map((failure) => failure.toObject());
    return { inputs: copySecrets(news, inputs), failures };
  }

  async diff(existing: Existing, newInputs: Properties): Promise<Difference> {
    const request = new proto.DiffRequest();
    request.setId(existing.id).setUrn(existing.urn).setNews(toStruct(newInputs));
    request.setOlds(toStruct(existing.outputs)).setOldInputs(toStruct(existing.inputs));
    const response = await ask<proto.DiffResponse>((done) => this.#client.diff(request, done));
    return {
      changes: (["unknown", "none", "some"] as const)[response.getChanges()],
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  async create(urn: string, inputs: Properties): Promise<Created> {
    const request = new proto.CreateRequest();
    request.setUrn(urn).setProperties(toStruct(inputs));
    const response = await ask<proto.CreateResponse>((done) =>
      this.#client.create(request, done),
    ).catch((error: unknown) => {
      throw partialFailure(error, inputs);
    });
    const outputs = fromStruct(response.getProperties());
    refuseUnknowns(outputs, "create");
    return { id: response.getId(), outputs: copySecrets(inputs, outputs) };
  }

  async read({ urn, id, inputs, outputs }: Existing): Promise<ReadBack | undefined> {
    const request = new proto.ReadRequest();
    request.setId(id).setUrn(urn).setInputs(toStruct(inputs));
    request.setProperties(toStruct(outputs));
    const response = await ask<proto.ReadResponse>((done) => this.#client.read(request, done));
    if (response.getId() === "") return undefined;
    const live = response.getInputs();
    return {
      id: response.getId(),
      outputs: copySecrets(outputs, fromStruct(response.getProperties())),
      inputs: live === undefined ? undefined : copySecrets(inputs, fromStruct(live)),
    };
  }

  async update(existing: Existing, newInputs: Properties): Promise<Properties> {
    const request = new proto.UpdateRequest();
    request.setId(existing.id).setUrn(existing.urn).setNews(toStruct(newInputs));
    request.setOlds(toStruct(existing.outputs)).setOldInputs(toStruct(existing.inputs));
    const response = await ask<proto.UpdateResponse>((done) =>
      this.#client.update(request, done),
    ).catch((error: unknown) => {
      throw partialFailure(error, newInputs);
    });
    const outputs = fromStruct(response.getProperties());
    refuseUnknowns(outputs, "update");
    return copySecrets(newInputs, outputs);
  }

  async delete({ urn, id, inputs, outputs }: Existing): Promise<void> {
    const request = new proto.DeleteRequest();
    request.setId(id).setUrn(urn).setOldInputs(toStruct(inputs));
    request.setProperties(toStruct(outputs));
    await ask<unknown>((done) => this.#client.delete(request, done));
  }
}

/** Outside a preview the sentinel is fatal: the engine cannot unmarshal it. */
function refuseUnknowns(properties: Properties, method: string): void {
  const [key] =
    Object.entries(properties).find(([, value]) => contains(value, (one) => one === UNKNOWN)) ?? [];
  if (key !== undefined)
    throw new Error(`unexpected unknown property value for "${key}" (${method})`);
}
