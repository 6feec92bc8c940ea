/** The calls about images: check, diff, create, update, read, delete, and the function getLixImage. @module */
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { argumentsIn } from "../arguments/table.ts";
import { JsonPath } from "../arguments/json-path.ts";
import { render } from "../base/errors.ts";
import { log } from "../base/log.ts";
import { lixError } from "../errors/lix-error.ts";
import * as methods from "../pulumi/methods.ts";
import { requireComplete } from "../pulumi/partly-pushed.ts";
import type { PushResult } from "../pulumi/push.ts";
import { releaseRecorded } from "../resource/claims.ts";
import type { PropertyMap } from "../resource/property-map.ts";
import { inDefaultRegistry, withDefaultRegistry } from "./configuration.ts";
import { DeferredOutputs } from "./deferred-outputs.ts";
import { detailedDiff } from "./detailed-diff.ts";
import { getLixImage } from "./get-lix-image.ts";
import type { PluginSession } from "./plugin-session.ts";
import { PropertyValues, type SignedValues } from "./property-values.ts";
import { SecretOutputs } from "./secret-outputs.ts";

const { read, plain, write, withSecretsOf } = PropertyValues;
const inputsIn = (values: SignedValues): PropertyMap => DeferredOutputs.restore(plain(values));

export const imageMethods = (session: PluginSession) => ({
  check: (request: proto.CheckRequest) =>
    session.run("check", request, async (call) => {
      const news = read(request.getNews());
      const foreign = PropertyValues.foreign(news);
      if (foreign.length > 0) return refused(foreign.map(foreignValue));
      for (const warning of SecretOutputs.warnings(news)) log.warn(warning);
      const olds = inputsIn(read(request.getOlds()));
      const given = withDefaultRegistry(session.configuration, plain(news));
      // For a replacement the engine checks once more, without `ignoreChanges`.
      releaseRecorded(call.claims, session.answers.get(request.getUrn()) ?? {});
      // The protocol does not say whether this is a preview. What is done for a preview is right for both.
      const answer = await methods.check(call, olds, { ...given, __dryRun: true });
      if (answer.failures.length > 0) return refused(answer.failures.map(({ reason }) => reason));
      session.answers.set(request.getUrn(), answer.inputs);
      const inputs = SecretOutputs.mark(news, DeferredOutputs.defer(answer.inputs));
      return new proto.CheckResponse().setInputs(write(inputs));
    }),

  diff: (request: proto.DiffRequest) =>
    session.run("diff", request, async (call) => {
      const olds = plain(read(request.getOlds()));
      const news = inputsIn(read(request.getNews()));
      const result = await methods.diff(call, { id: request.getId(), olds, news });
      const oldInputs = inputsIn(read(request.getOldInputs()));
      return detailedDiff({ olds, oldInputs, news }, result);
    }),

  create: async (request: proto.CreateRequest) => {
    const inputs = read(request.getProperties());
    const response = new proto.CreateResponse();
    if (request.getPreview()) return response.setProperties(write(previewed(inputs)));
    const { id, outs } = await session.run("create", request, async (call) =>
      pushed(inputs, await methods.create(call, inputsIn(inputs))),
    );
    return response.setId(id).setProperties(write(outs));
  },

  update: async (request: proto.UpdateRequest) => {
    const inputs = read(request.getNews());
    const response = new proto.UpdateResponse();
    if (request.getPreview()) return response.setProperties(write(previewed(inputs)));
    const olds = plain(read(request.getOlds()));
    const { outs } = await session.run("update", request, async (call) =>
      pushed(inputs, await methods.update(call, olds, inputsIn(inputs))),
    );
    return response.setProperties(write(outs));
  },

  read: (request: proto.ReadRequest) =>
    session.run("read", request, async (call) => {
      const [outputs, inputs] = [read(request.getProperties()), read(request.getInputs())];
      const state = { props: plain(outputs), inputs: inputsIn(inputs) };
      const named = request.getId();
      const id = isOurs(state) ? named : inDefaultRegistry(session.configuration, named);
      // Only `pulumi import` knows no inputs at all.
      const found =
        !request.hasInputs() || isImported(state)
          ? await methods.importImage(call, id)
          : await methods.read(call, id, state);
      const response = new proto.ReadResponse().setId(found.id);
      // To the engine, no properties mean that there is no such image.
      if (found.id === "") return response;
      return response
        .setProperties(write(withSecretsOf(outputs, found.props)))
        .setInputs(write(withSecretsOf(inputs, DeferredOutputs.defer(found.inputs))));
    }),

  delete: (request: proto.DeleteRequest) =>
    session.run("delete", request, async (call) => {
      await methods.remove(call, plain(read(request.getProperties())));
      return new empty.Empty();
    }),

  invoke: (request: proto.InvokeRequest) =>
    session.run("invoke", undefined, async (call) => {
      const { configuration } = session;
      const args = plain(read(request.getArgs()));
      const image = await getLixImage(call, { configuration, name: request.getTok(), args });
      return new proto.InvokeResponse().setReturn(write(image));
    }),
});

/** A check has seen it. */
const isOurs = ({ props, inputs }: methods.ReadState): boolean =>
  (props["planKey"] ?? null) !== null || "__checked" in inputs;

/** And no check has seen it since. An image that a program only looks up has no arguments. */
const isImported = (state: methods.ReadState): boolean =>
  !isOurs(state) && Object.keys(argumentsIn(state.inputs)).length > 0;

const foreignValue = (place: JsonPath): string =>
  render(lixError("FOREIGN_VALUE", { path: JsonPath.format(place) }));

/** The engine shows a failure without a property most cleanly; paths are in the text. */
const refused = (reasons: readonly string[]): proto.CheckResponse =>
  new proto.CheckResponse().setFailuresList(
    reasons.map((reason) => new proto.CheckFailure().setReason(reason)),
  );

/** What a preview shows: all that check has computed. */
const previewed = (inputs: SignedValues): PropertyMap =>
  SecretOutputs.mark(inputs, DeferredOutputs.preview(inputsIn(inputs)));

const pushed = (inputs: SignedValues, { outs, ...result }: PushResult) =>
  requireComplete({ ...result, outs: SecretOutputs.mark(inputs, outs) });
