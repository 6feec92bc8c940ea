/** The host of test/protocol, used where there is no engine, does what an engine does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { withSurroundings } from "../support/surroundings.ts";
import { withStack, type Call, type Cloud } from "../protocol/fixtures/with-stack.ts";
import type { Host } from "../protocol/host/host.ts";
import { NO_ENGINE } from "./fixtures/engine.ts";
import { Project } from "./fixtures/project.ts";
import { StackState } from "./fixtures/stack-state.ts";

interface Act {
  readonly does: readonly [verb: "preview" | "up" | "refresh" | "destroy", flag?: "--refresh"];
  readonly env?: Readonly<Record<string, string>>;
  /** What somebody makes of the cloud before. */
  readonly notes?: Readonly<Record<string, string>>;
}

/** What a provider and a state see of an act. */
interface Outcome {
  readonly failed: boolean;
  /** Those of a refresh, which come all at once, by id. */
  readonly calls: readonly Call[];
  readonly notes: Readonly<Record<string, string>>;
  readonly state: StackState;
}

// Each depends on the one before, so that an engine has one order in which to do things.
const PROGRAM = `
const louder: pulumi.ResourceTransform = ({ type, props, opts }) =>
  type.includes("Note") ? { props: { ...props, text: props["text"] + "!" }, opts } : undefined;
if (env["LOUDER"] === "stack") pulumi.runtime.registerResourceTransform(louder);
const box = env["BOX"] && new pulumi.ComponentResource("test:index:Box", env["BOX"], {}, {
  aliases: JSON.parse(env["BOX_ALIASES"] ?? "[]"),
  transforms: env["LOUDER"] === "parent" ? [louder] : undefined,
});
const options = {
  ...JSON.parse(env["OPTIONS"] ?? "{}"),
  ...(box ? { parent: box } : {}),
  ...(env["LOUDER"] === "resource" ? { transforms: [louder] } : {}),
};
if (env["GONE"] === undefined) {
  const args = { name: env["NAME"] ?? "a", text: env["TEXT"] ?? "hello" };
  const note = new Note(env["CALLED"] ?? "note", args, options);
  if (env["ALONE"] === undefined) {
    const after = new Note("after", { name: "z", text: note.digest }, { dependsOn: note });
    if (env["MORE"] !== undefined)
      new Note("more", { name: "m", text: note.serial }, { dependsOn: after });
  }
}
`;

const options = (value: unknown) => ({ OPTIONS: JSON.stringify(value) });

const NOTE = "urn:pulumi:dev::test::pulumi-nodejs:dynamic/test:Note::note";
const QUICK = { create: "1s", update: "1s" };

/** One stack's life; each act goes on from the one before. */
const LIFE: readonly Act[] = [
  { does: ["preview"] },
  { does: ["up"], env: { TEXT: "" } },
  { does: ["up"], env: { TEXT: "half" } },
  { does: ["up"] },
  { does: ["up"] },
  { does: ["up"], env: { TEXT: "other", MORE: "1" } },
  { does: ["up"], env: { TEXT: "ignored", ...options({ ignoreChanges: ["text"] }) } },
  { does: ["preview"], env: { TEXT: "other", NAME: "b" } },
  // The host replaces no dependents of what is deleted before it is replaced, so there are none.
  { does: ["up"], env: { TEXT: "other", NAME: "b", ALONE: "1" } },
  { does: ["up"], env: { NAME: "c", ALONE: "1", ...options({ deleteBeforeReplace: true }) } },
  { does: ["up"], env: { NAME: "c" } },
  { does: ["preview", "--refresh"], env: { NAME: "c" }, notes: { c: "by hand", z: "by hand" } },
  { does: ["refresh"], env: { TINY_DOWN: "1" } },
  { does: ["refresh"] },
  { does: ["up"], env: { NAME: "c", CALLED: "new", ...options({ aliases: [{ name: "note" }] }) } },
  { does: ["up", "--refresh"], env: { NAME: "c", CALLED: "new" }, notes: { c: "hello" } },
  { does: ["up"], env: { NAME: "c", CALLED: "new", ...options({ protect: true }) } },
  { does: ["up"], env: { NAME: "d", CALLED: "new", ...options({ protect: true }) } },
  { does: ["destroy"] },
  { does: ["up"], env: { NAME: "c", CALLED: "new", ...options({ retainOnDelete: true }) } },
  { does: ["up"], env: { GONE: "1" } },
  { does: ["up"] },
  { does: ["up"], env: { LOUDER: "resource", TEXT: "now" } },
  { does: ["up"], env: { LOUDER: "stack", TEXT: "now", ALONE: "1" } },
  { does: ["up"], env: { ALONE: "1", ...options({ replaceOnChanges: ["text"] }) } },
  { does: ["up"], env: { ALONE: "1", TEXT: "slow", ...options({ customTimeouts: QUICK }) } },
  { does: ["up"], env: { ALONE: "1", CALLED: "other", ...options({ import: "a" }) } },
  { does: ["up"], env: { ALONE: "1", BOX: "box", ...options({ aliases: [NOTE] }) } },
  { does: ["up"], env: { ALONE: "1", BOX: "crate", BOX_ALIASES: `[{ "name": "box" }]` } },
  { does: ["up"], env: { ALONE: "1", BOX: "crate", LOUDER: "parent" } },
  { does: ["destroy"] },
];

test(
  "the protocol host asks a provider what an engine asks, and records the same",
  NO_ENGINE,
  async () => {
    const byHost = await withStack(PROGRAM, async (host, cloud) => {
      const outcomes: Outcome[] = [];
      for (const act of LIFE) outcomes.push(await performByHost(host, cloud, act));
      return outcomes;
    });
    await withStack(PROGRAM, async (_host, cloud) => {
      await withSurroundings(async (surroundings) => {
        const project = await Project.begin(cloud.folder, surroundings.folder, {
          ...surroundings.env,
          ...cloud.env,
        });
        for (const [at, act] of LIFE.entries()) {
          const outcome = await performByEngine(project, cloud, act);
          assert.deepEqual(byHost[at], outcome, `act ${at}: ${JSON.stringify(act)}`);
        }
      });
    });
  },
);

async function performByHost(host: Host, cloud: Cloud, act: Act): Promise<Outcome> {
  if (act.notes !== undefined) cloud.notes = act.notes;
  const [verb, flag] = act.does;
  const { failed } = await host[verb]({ env: act.env, refresh: flag !== undefined });
  const state = StackState.parse(JSON.stringify(host.state));
  return { failed: failed !== undefined, calls: inOrder(cloud.calls()), notes: cloud.notes, state };
}

async function performByEngine(project: Project, cloud: Cloud, act: Act): Promise<Outcome> {
  if (act.notes !== undefined) cloud.notes = act.notes;
  const [verb, flag] = act.does;
  const flags = flag === undefined ? [] : [flag];
  const yes = verb === "preview" ? [] : ["--yes", "--skip-preview"];
  const at = new Project(project.folder, { ...project.env, ...act.env });
  const { code } = await at.start(verb, ...yes, ...flags).ended;
  const state = await project.state();
  return { failed: code !== 0, calls: inOrder(cloud.calls()), notes: cloud.notes, state };
}

function inOrder(calls: readonly Call[]): Call[] {
  const end = calls.findIndex(({ method }) => method !== "read" && method !== "diff");
  const refresh = calls.slice(0, end === -1 ? undefined : end);
  const id = ({ args }: Call) => String(args[0]);
  return [
    ...refresh.sort((a, b) => (id(a) < id(b) ? -1 : Number(id(a) > id(b)))),
    ...calls.slice(refresh.length),
  ];
}
