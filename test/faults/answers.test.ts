/** What registries, and what is in front of them, say instead of the right answer. */
import type { Fault, FaultAct } from "../support/http-faults.ts";
import { overEachRegistry, overOurRegistry, type Row } from "./registries.ts";
import { assertClear, assertPushed, NEW, TAG } from "./stage.ts";

const [CHILD] = NEW.children;
type Place = Pick<Fault, "method" | "path">;

/** Every request of a push that has its own way of going wrong. */
const QUESTIONS: readonly (readonly [name: string, Place])[] = [
  ["looking for a blob", { method: "HEAD", path: /blobs\/sha256/ }],
  ["beginning an upload", { method: "POST", path: /uploads/ }],
  ["looking for a manifest", { method: "HEAD", path: /manifests\/sha256/ }],
  ["reading a tag", { method: "HEAD", path: new RegExp(`manifests/${TAG}$`) }],
];
const COMMITS: readonly (readonly [name: string, Place])[] = [
  ["a blob", { method: "PUT", path: /uploads/ }],
  ["the manifest of a platform", { method: "PUT", path: new RegExp(`manifests/${CHILD?.digest}`) }],
  ["the tag", { method: "PUT", path: new RegExp(`manifests/${TAG}$`) }],
];
const ALL = [...QUESTIONS, ...COMMITS];

/** Faults that pass. */
const passing = (name: string, ...faults: readonly Fault[]): Row => ({
  name: `${name}: the push succeeds`,
  run: async (stage) => {
    stage.fault(...faults);
    await stage.push();
    await assertPushed(stage);
  },
});

/** Faults that stay. */
const lasting = (name: string, place: Place, act: FaultAct, code: string, text?: RegExp): Row => ({
  name: `${name}: ${code}`,
  run: async (stage) => {
    stage.fault({ ...place, act, times: Infinity });
    await assertClear(stage, { code, ...(text && { text }) });
  },
});

const refusal = (status: number, code: string): FaultAct => ({
  kind: "answer",
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ errors: [{ code, message: "so it is" }] }),
});
const headers = { "content-type": "text/html" };
const PAGE_413: FaultAct = { kind: "answer", status: 413, headers, body: "<h1>413</h1> nginx" };

const atAll = (act: FaultAct): Fault[] => ALL.map(([, place]) => ({ ...place, act }));
const limited =
  (retryAfter: string) =>
  (to?: readonly [string, Place]): Fault => ({
    ...to?.[1],
    act: { kind: "answer", status: 429, headers: { "retry-after": retryAfter } },
  });

overEachRegistry("answers that pass", [
  ...[500, 502, 503].map((status) =>
    passing(`a ${status} to each kind of request`, ...atAll({ kind: "answer", status })),
  ),
  passing("429 with Retry-After 1", ...[QUESTIONS[3], COMMITS[0]].flatMap(limited("1"))),
  passing(
    "429 with Retry-After as a date",
    ...[QUESTIONS[1], COMMITS[2]].flatMap(limited(new Date(Date.now() + 2_000).toUTCString())),
  ),
  ...COMMITS.map(([name, place]) =>
    passing(`500 after the registry has kept ${name}`, {
      ...place,
      act: { kind: "lie", status: 500, body: "" },
    }),
  ),
  passing("500 after the registry has kept a blob, each time", {
    ...COMMITS[0]?.[1],
    times: Infinity,
    act: { kind: "lie", status: 500, body: "" },
  }),
  // It points to the image, so the push is done, whatever the answer was.
  passing("500 after the registry has moved the tag, each time", {
    ...COMMITS[2]?.[1],
    times: Infinity,
    act: { kind: "lie", status: 500, body: "" },
  }),
  passing("500 after an upload has begun", {
    ...QUESTIONS[1]?.[1],
    act: { kind: "lie", status: 500, body: "" },
  }),
  passing("an upload that the registry forgets", {
    ...COMMITS[0]?.[1],
    act: refusal(404, "BLOB_UPLOAD_UNKNOWN"),
  }),
  passing("bytes that are damaged on their way, once", {
    ...COMMITS[0]?.[1],
    act: refusal(400, "DIGEST_INVALID"),
  }),
  passing("a platform that the registry does not know yet when the index comes", {
    ...COMMITS[2]?.[1],
    times: 2,
    act: refusal(404, "MANIFEST_UNKNOWN"),
  }),
  passing("a blob that the registry does not know yet when its manifest comes", {
    ...COMMITS[1]?.[1],
    times: 2,
    act: refusal(400, "MANIFEST_BLOB_UNKNOWN"),
  }),
  passing("a tag that is not seen for a while after it was pushed", {
    ...QUESTIONS[3]?.[1],
    times: 3,
    act: refusal(404, "MANIFEST_UNKNOWN"),
  }),
]);

overOurRegistry("answers that stay", [
  ...ALL.flatMap(([name, place]) => [
    lasting(`503 to ${name}`, place, { kind: "answer", status: 503 }, "REGISTRY_UNAVAILABLE"),
    lasting(`403 to ${name}`, place, refusal(403, "DENIED"), "REGISTRY_DENIED", /log in/),
  ]),
  ...COMMITS.flatMap(([name, place]) => [
    lasting(`413 to ${name}`, place, PAGE_413, "REGISTRY_REFUSED", /client_max_body_size/),
  ]),
  ...COMMITS.slice(1, 2).map(([name, place]) =>
    lasting(`500 after ${name}`, place, { kind: "lie", status: 500 }, "REGISTRY_UNAVAILABLE"),
  ),
  lasting(
    "a blob that the registry loses",
    { method: "PUT", path: /manifests\/sha256/ },
    refusal(400, "MANIFEST_BLOB_UNKNOWN"),
    "REGISTRY_REFUSED",
    /only what is missing is sent/,
  ),
  lasting(
    "a repository that must be created first",
    { method: "POST", path: /uploads/ },
    refusal(404, "NAME_UNKNOWN"),
    "REGISTRY_REFUSED",
    /create the repository/,
  ),
  lasting(
    "a tag that must not move",
    { method: "PUT", path: new RegExp(`manifests/${TAG}$`) },
    refusal(400, "TAG_INVALID"),
    "REGISTRY_REFUSED",
    /another `tag`/,
  ),
  lasting(
    "bytes that are always damaged on their way",
    { method: "PUT", path: /uploads/ },
    refusal(400, "DIGEST_INVALID"),
    "REGISTRY_REFUSED",
    /on the way/,
  ),
]);
