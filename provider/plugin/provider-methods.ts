/** The calls that are about the provider as a whole: who it is, what it can, how it is configured. @module */
import { isDeepStrictEqual } from "node:util";
import type providerRpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { render, throwAll } from "../base/errors.ts";
import { packageVersion } from "../base/package-version.ts";
import type { PluginSession } from "./plugin-session.ts";
import { PropertyValues } from "./property-values.ts";
import { unary } from "./unary.ts";

export const providerMethods = (session: PluginSession) =>
  ({
    handshake: unary((request: proto.ProviderHandshakeRequest) => {
      session.attach(request.getEngineAddress());
      return new proto.ProviderHandshakeResponse().setAcceptSecrets(true);
    }),

    attach: unary((request: plugin.PluginAttach) => {
      session.attach(request.getAddress());
      return new empty.Empty();
    }),

    getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(packageVersion())),

    getSchema: unary(async () => {
      const { schemaText } = await import("./schema.ts");
      return new proto.GetSchemaResponse().setSchema(schemaText());
    }),

    checkConfig: unary(async (request: proto.CheckRequest) => {
      const { readConfiguration } = await import("./configuration.ts");
      const news = PropertyValues.read(request.getNews());
      const { mistakes } = readConfiguration(PropertyValues.plain(news), process.cwd());
      const response = new proto.CheckResponse().setInputs(PropertyValues.write(news));
      return response.setFailuresList(
        mistakes.map(({ error }) => new proto.CheckFailure().setReason(render(error))),
      );
    }),

    // Where the caches are asked and files are kept is no identity of anything: nothing is replaced.
    diffConfig: unary((request: proto.DiffRequest) => {
      const [before, after] = [request.getOldInputs() ?? request.getOlds(), request.getNews()].map(
        (values) => PropertyValues.plain(PropertyValues.read(values)),
      );
      const names = Object.keys({ ...before, ...after });
      const changed = names.filter((name) => !isDeepStrictEqual(before?.[name], after?.[name]));
      const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
      return new proto.DiffResponse()
        .setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME)
        .setDiffsList(changed);
    }),

    configure: unary(async (request: proto.ConfigureRequest) => {
      const { readConfiguration } = await import("./configuration.ts");
      const values = PropertyValues.plain(PropertyValues.read(request.getArgs()));
      const { configuration, mistakes } = readConfiguration(values, process.cwd());
      throwAll(mistakes.map(({ error }) => error));
      session.configuration = configuration;
      return new proto.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
    }),

    cancel: unary(() => {
      session.cancel();
      return new empty.Empty();
    }),

    // No other ecosystem has this provider.
    getMapping: unary(() => new proto.GetMappingResponse()),
    getMappings: unary(() => new proto.GetMappingsResponse()),
  }) satisfies Partial<providerRpc.IResourceProviderServer>;
