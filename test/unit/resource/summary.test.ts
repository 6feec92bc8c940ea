import assert from "node:assert/strict";
import { test } from "node:test";
import * as summary from "../../../provider/resource/summary.ts";
import { UNKNOWN } from "../../../provider/arguments/unknown.ts";
import { DiffId, Digest } from "../../../provider/formats/oci/digest.ts";
import { ResourceState } from "../../../provider/resource/state.ts";
import { CheckedInputs } from "../../../provider/resource/checked-inputs.ts";
import type { PropertyMap } from "../../../provider/resource/property-map.ts";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { Recorded } from "../../../provider/resource/recorded.ts";

const summarize = (olds: PropertyMap, news: PropertyMap): string[] =>
  summary.summarize(new ResourceSession(), Recorded.parse(olds), CheckedInputs.parse(news));
const summarizeNew = (news: PropertyMap): string[] =>
  summary.summarizeNew(new ResourceSession(), CheckedInputs.parse(news));

const layer = (digit: string, size: number) => ({
  digest: Digest.parse(`sha256:${digit.repeat(64)}`),
  diffId: DiffId.parse(`sha256:${digit.repeat(64)}`),
  size,
  mediaType: "application/vnd.oci.image.layer.v1.tar+gzip" as const,
  compressor: "gzip:zlib-1.3",
});

const state = (layers: Readonly<Record<string, number>>): string =>
  ResourceState.format({
    lockSha256: "",
    layers: new Map(
      Object.entries(layers).map(([key, size], at) => [key, layer(String(at + 1), size)]),
    ),
    listings: new Map(),
  });

const before = {
  digest: "sha256:old",
  packages: { curl: "8.9.0", git: "2.45", tree: "" },
  taggedRefs: ["localhost:5000/lix:latest"],
  __state: state({ a: 100, b: 200 }),
};

test("an update says which packages, layers and tags change", () => {
  const after = {
    ...before,
    packages: { curl: "8.9.1", git: "2.45", jq: "1.7" },
    taggedRefs: ["localhost:5000/lix:edge"],
    __state: state({ a: 100, c: 2_500_000 }),
  };
  assert.deepEqual(summarize(before, after), [
    "packages: curl 8.9.0 → 8.9.1, + jq 1.7, - tree",
    "layers: 1 new (at most 2.5 MB to push), 1 reused",
    "tags: + localhost:5000/lix:edge",
    "tags: no longer managed: localhost:5000/lix:latest",
  ]);
});

test("a new mirror and one that is no longer named are listed; an unknown one is called unknown", () => {
  const mirrored = { ...before, mirrors: ["b.example/lix", "c.example/lix"] };
  const after = { ...before, mirrors: ["c.example/lix", "d.example/lix"] };
  assert.deepEqual(summarize(mirrored, after), [
    "mirrors: + d.example/lix (at most 300 B to push)",
    "mirrors: no longer managed: b.example/lix",
  ]);
  const unknown = { ...before, mirrors: ["c.example/lix", UNKNOWN] };
  assert.deepEqual(summarize(mirrored, unknown), ["mirrors: not known yet"]);
});

test("of an image that was imported nothing is said about its packages, which nobody knows", () => {
  const imported = { ...before, packages: {}, __state: undefined };
  assert.deepEqual(
    summarize(imported, before).filter((line) => line.startsWith("packages")),
    [],
  );
});

test("a new image reuses nothing, and each mirror gets its bytes as well", () => {
  const made = { ...before, mirrors: ["b.example/lix"] };
  assert.deepEqual(summarizeNew(made), [
    "layers: 2 new (at most 300 B to push to each of 2 repositories)",
  ]);
});

test("an unknown value is shown as such, with the arguments that it depends on", () => {
  const after = { ...before, packages: UNKNOWN, digest: UNKNOWN, taggedRefs: UNKNOWN };
  const nixConf = { cores: 4, "extra-platforms": [UNKNOWN] };
  assert.deepEqual(
    summarize(before, { ...after, extraPkgs: ["jq", UNKNOWN], nixConf, tag: UNKNOWN }),
    [
      "packages: not known before `up`, because of extraPkgs[1]",
      "layers: not known before `up`, because of extraPkgs[1], nixConf.extra-platforms[0]",
      "tags: not known before `up`, because of tag",
    ],
  );
  const planKey = { ...before, digest: UNKNOWN, taggedRefs: UNKNOWN, tag: "{planKey}", nixConf };
  assert.deepEqual(
    summarize(before, planKey).at(-1),
    "tags: not known before `up`, because of nixConf.extra-platforms[0]",
  );
});

test("a digest that needs a download is not known because of previewDigests", () => {
  const after = { ...before, digest: UNKNOWN, previewDigests: false };
  assert.deepEqual(summarize(before, after), [
    "layers: not known before `up`, because of previewDigests",
  ]);
});

test("drift is what an update repairs", () => {
  const drifted = { ...before, drift: ["tag latest is gone"] };
  assert.deepEqual(summarize(drifted, before), ["drift: tag latest is gone"]);
});

test("a package more than eight changes is counted, not listed", () => {
  const packages = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`p${at + 10}`, "1"]));
  const [line] = summarize({ ...before, packages: {} }, { ...before, packages });
  assert.match(line ?? "", /^packages: \+ p10 1, .*, and 4 more$/);
});
