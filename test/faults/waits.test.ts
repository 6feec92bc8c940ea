/** Servers that keep us waiting: they end in success when they come to, else in a clear error. */
import type { Fault, FaultAct } from "../support/http-faults.ts";
import { overOurRegistry, type Row } from "./registries.ts";
import { assertClear, assertPushed, TAG } from "./stage.ts";

/** Small, but enough for a registry on a busy machine. */
const timeouts = {
  requestLimitMs: 4_000,
  responseLimitMs: 500,
  commitLimitMs: 500,
  stallLimitMs: 500,
  retryDelayMs: 5,
};

type Place = Pick<Fault, "method" | "path">;
const PLACES: readonly (readonly [name: string, Place])[] = [
  ["everything", {}],
  ["a question for a blob", { method: "HEAD", path: /blobs\/sha256/ }],
  ["the beginning of an upload", { method: "POST", path: /uploads/ }],
  ["a blob", { method: "PUT", path: /uploads/ }],
  ["a manifest", { method: "PUT", path: /manifests\/sha256/ }],
  ["the tag", { method: "PUT", path: new RegExp(`manifests/${TAG}$`) }],
];

const ACTS: readonly (readonly [name: string, FaultAct])[] = [
  ["is never answered", { kind: "hang" }],
  ["is answered by one byte at a time", { kind: "trickle", what: "answer", everyMs: 20 }],
];

const passing = (name: string, fault: Fault): Row => ({
  name: `${name} once: the push succeeds`,
  timeouts,
  run: async (stage) => {
    stage.fault(fault);
    await stage.push();
    await assertPushed(stage);
  },
});

const lasting = (name: string, faults: readonly Fault[], text: RegExp): Row => ({
  name: `${name} from then on: an error says so`,
  timeouts,
  run: async (stage) => {
    stage.fault(...faults.map((fault) => ({ ...fault, times: Infinity })));
    await assertClear(stage, { code: "HTTP_UNREACHABLE", text });
  },
});

const SILENT = /no answer within 0\.5 s\n.*did not answer in time/;

overOurRegistry(
  "a request",
  PLACES.flatMap(([place, where]) =>
    ACTS.flatMap(([what, act]) => [
      passing(`${place} ${what}`, { ...where, act }),
      // What the registry has kept is found there, whatever becomes of its answer.
      ...(["a blob", "the tag"].includes(place) && act.kind === "trickle"
        ? []
        : [lasting(`${place} ${what}`, [{ ...where, act }], SILENT)]),
    ]),
  ),
);

const CHALLENGE = { "www-authenticate": 'Bearer realm="/token"' };
const WHO_IS_IT: Fault = {
  path: /^\/v2/,
  act: { kind: "answer", status: 401, headers: CHALLENGE },
};
const NO_DIGEST: FaultAct = {
  kind: "change",
  change: (reply) => ({ ...reply, headers: { ...reply.headers, "docker-content-digest": "" } }),
};

overOurRegistry("an answer", [
  lasting(
    "a token service hangs",
    [WHO_IS_IT, { path: /^\/token/, act: { kind: "hang" } }],
    SILENT,
  ),
  lasting(
    "a manifest trickles",
    [
      { method: "HEAD", path: /manifests\/v1/, act: NO_DIGEST },
      {
        method: "GET",
        path: /manifests\/v1/,
        act: { kind: "trickle", what: "body", everyMs: 10 },
      },
    ],
    /only \d+ bytes of the answer within 0\.5 s\n.*did not answer in time/,
  ),
  {
    name: "what nobody reads trickles: the push succeeds",
    timeouts,
    run: async (stage) => {
      const body = "x".repeat(10_000);
      const act: FaultAct = { kind: "change", change: (reply) => ({ ...reply, body }) };
      stage.fault({ method: "PUT", path: /sha256/, times: Infinity, act });
      await stage.push();
      await assertPushed(stage);
    },
  },
]);
