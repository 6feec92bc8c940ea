/** The sizes in a preview: only what holds on this machine. @module */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { withLog } from "../../../provider/base/log.ts";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { push } from "../../../provider/pulumi/push.ts";
import * as summary from "../../../provider/resource/summary.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";
import { ResourceState } from "../../../provider/resource/state.ts";
import { withWorkshop } from "../../support/workshop.ts";
import { CheckedInputs } from "../../../provider/resource/checked-inputs.ts";
import { Recorded } from "../../../provider/resource/recorded.ts";

const summarize = (session: ResourceSession, olds: PropertyMap, news: PropertyMap): string[] =>
  summary.summarize(session, Recorded.parse(olds), CheckedInputs.parse(news));

test("bytes are to fetch only of layers that this machine does not have", () =>
  withWorkshop({}, async ({ world, registry, folder }) => {
    const news = (args: PropertyMap = {}): PropertyMap => ({
      ...{ lock: world.lockFile, registry: `${registry.host}/acme`, ...args },
      ...{ __provider: "text", __dryRun: true },
    });
    const infos: string[] = [];
    const info = (line: string): void => void infos.push(line);
    const checked = async (
      session: ResourceSession,
      olds: PropertyMap,
      args?: PropertyMap,
    ): Promise<PropertyMap> => {
      const sink = { progress: () => {}, warn: () => {}, info };
      const { inputs, failures } = await withLog(sink, () => check(session, olds, news(args)));
      assert.deepEqual(failures, []);
      return inputs;
    };
    const here = join(folder, "here");
    const session = new ResourceSession(here);
    const inputs = await checked(session, {});
    assert.match(infos.join("\n"), /layers: \d+ new \(at most [\d.]+ kB to push\)$/m);

    const { outs } = await push(session, inputs);
    const after = await checked(session, outs, { extraPkgs: ["jq"], tag: "jq" });
    const said = summarize(session, outs, after).join("\n");
    assert.match(said, /^layers: \d+ new \(at most [\d.]+ kB to push\), \d+ reused$/m);

    // The digests are in the state, the bytes are nowhere: as for a stack that goes back.
    const { outs: later } = await push(session, after);
    await rm(here, { recursive: true });
    const elsewhere = new ResourceSession(join(folder, "elsewhere"));
    elsewhere.knownLayers.seed(ResourceState.parse(later["__state"]));
    const back = await checked(elsewhere, outs, { extraPkgs: ["jq"], tag: "jq" });
    assert.match(
      summarize(elsewhere, outs, back).join("\n"),
      /^layers: \d+ new \(at most [\d.]+ kB to push, at most [\d.]+ kB to fetch\), \d+ reused$/m,
    );
  }));

test("a check of an image that was imported leaves it to diff to say what is new", () =>
  withWorkshop({}, async ({ world, registry, cache }) => {
    const args = { lock: world.lockFile, registry: `${registry.host}/acme` };
    const infos: string[] = [];
    const sink = { progress: () => {}, warn: () => {}, info: (line: string) => infos.push(line) };
    const session = new ResourceSession(cache);
    const imported = { registry: args.registry, name: "lix" };
    await withLog(sink, () => check(session, imported, { ...args, __dryRun: true }));
    assert.deepEqual(infos, []);
  }));
