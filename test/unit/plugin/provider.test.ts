/** What the plugin says of itself, and where it shows progress. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as grpc from "@grpc/grpc-js";
import providerRpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { schemaText } from "../../../provider/plugin/schema.ts";
import { serve } from "../../../provider/plugin/serve.ts";
import { engineService, type LogMessage } from "../../protocol/host/engine.ts";
import { ask, withServer } from "../../protocol/host/rpc.ts";
import { Properties } from "../../protocol/host/wire.ts";
import { checked, URN, withPlugin } from "./with-plugin.ts";

type Client = InstanceType<typeof providerRpc.ResourceProviderClient>;

async function withClient(use: (client: Client) => Promise<void>): Promise<void> {
  const { port, stop } = await serve();
  const insecure = grpc.credentials.createInsecure();
  const client = new providerRpc.ResourceProviderClient(`127.0.0.1:${port}`, insecure);
  try {
    await use(client);
  } finally {
    client.close();
    stop();
  }
}

test("it says its version and its schema, before it is configured", () =>
  withClient(async (client) => {
    const info = await ask<plugin.PluginInfo>((done) =>
      client.getPluginInfo(new empty.Empty(), done),
    );
    assert.match(info.getVersion(), /^\d+\.\d+\.\d+/);
    const { promise, resolve } = Promise.withResolvers<proto.GetSchemaResponse>();
    client.getSchema(new proto.GetSchemaRequest(), (_, response) => resolve(response));
    assert.deepEqual(JSON.parse((await promise).getSchema()), JSON.parse(schemaText()));
    const mapping = await ask<proto.GetMappingResponse>((done) =>
      client.getMapping(new proto.GetMappingRequest().setKey("terraform"), done),
    );
    assert.equal(mapping.getProvider(), "");
  }));

test("what it does not have is unimplemented, and the engine goes on without", () =>
  withClient(async (client) => {
    const unimplemented = { code: grpc.status.UNIMPLEMENTED };
    await assert.rejects(
      ask((done) => client.parameterize(new proto.ParameterizeRequest(), done)),
      unimplemented,
    );
    await assert.rejects(
      ask((done) => client.construct(new proto.ConstructRequest(), done)),
      unimplemented,
    );
    await assert.rejects(
      ask((done) => client.call(new proto.CallRequest(), done)),
      unimplemented,
    );
  }));

test("a changed configuration is an update of the provider, and replaces nothing", () =>
  withClient(async (client) => {
    const diff = async (olds: Properties, news: Properties) => {
      const request = new proto.DiffRequest().setNews(Properties.toStruct(news));
      request.setOldInputs(Properties.toStruct(olds));
      const response = await ask<proto.DiffResponse>((done) => client.diffConfig(request, done));
      return [response.getChanges(), response.getDiffsList(), response.getReplacesList()];
    };
    assert.deepEqual(await diff({ netrc: "a" }, { netrc: "a" }), [1, [], []]);
    assert.deepEqual(await diff({ netrc: "a" }, { offline: true }), [2, ["netrc", "offline"], []]);

    const request = new proto.CheckRequest();
    request.setNews(Properties.toStruct({ offline: "perhaps", cacheFolder: "x" }));
    const response = await ask<proto.CheckResponse>((done) => client.checkConfig(request, done));
    const reasons = response.getFailuresList().map((failure) => failure.getReason());
    assert.deepEqual(reasons, ["lix:offline: expected true or false [PROVIDER_SETTING_WRONG]"]);
  }));

test("progress, notes and warnings stand on the resource's own row", () =>
  withPlugin(async ({ another, args }) => {
    const messages: LogMessage[] = [];
    await withServer([engineService((message) => messages.push(message))], async (engine) => {
      const client = await another();
      await client.handshake(engine);
      const news = { ...args, lixRevision: secretText };
      await client.create(URN, await checked(client, news));
    });
    assert.ok(messages.length > 2);
    for (const { urn, text } of messages) assert.equal(urn, URN, text);
    assert.ok(messages.some(({ ephemeral }) => ephemeral));
    assert.ok(messages.some(({ text }) => /secret in lixRevision: it will be readable/.test(text)));
  }));

const secretText = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value: "abc",
};
