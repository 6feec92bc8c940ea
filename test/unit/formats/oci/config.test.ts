import assert from "node:assert/strict";
import { test } from "node:test";
import { imageConfig } from "../../../../provider/formats/oci/config.ts";
import { DiffId } from "../../../../provider/formats/oci/digest.ts";
import { readConfig } from "../../../../provider/formats/oci/read-config.ts";

const text = (...input: Parameters<typeof imageConfig>): string =>
  Buffer.from(imageConfig(...input)).toString();
const LINUX = { architecture: "amd64", os: "linux" };
const A = DiffId.parse(`sha256:${"a".repeat(64)}`);
const B = DiffId.parse(`sha256:${"b".repeat(64)}`);

test("fields are in the order of Go's struct, labels sorted, a history entry a layer", () => {
  const config = { Env: ["USER=root"], Cmd: ["/bin/bash", "-l"], Labels: { b: "2", a: "1" } };
  assert.equal(
    text({ platform: LINUX, config, layers: [A, B] }),
    '{"created":"0001-01-01T00:00:00Z","architecture":"amd64","os":"linux",' +
      '"config":{"Env":["USER=root"],"Cmd":["/bin/bash","-l"],"Labels":{"a":"1","b":"2"}},' +
      `"rootfs":{"type":"layers","diff_ids":["${A}","${B}"]},` +
      '"history":[{"created":"0001-01-01T00:00:00Z","created_by":"pulumi-lix"},' +
      '{"created":"0001-01-01T00:00:00Z","created_by":"pulumi-lix"}]}',
  );
});

test("labels whose keys look like numbers or prototypes are sorted like any other", () => {
  const Labels = { "10": "a", "9": "b", z: "c", ["__proto__"]: "d", "-": "e" };
  const json = text({ platform: LINUX, config: { Env: [], Cmd: [], Labels }, layers: [] });
  assert.match(json, /"config":\{"Labels":\{"-":"e","10":"a","9":"b","__proto__":"d","z":"c"\}\}/);
});

test("keys are sorted by their UTF-8 bytes, as Go does", () => {
  // U+FF5E is before U+1F600 in UTF-8, after it in UTF-16.
  const Labels = { "\u{1f600}": "2", "\uff5e": "1" };
  const json = text({ platform: LINUX, config: { Env: [], Cmd: [], Labels }, layers: [] });
  assert.match(json, /"\uff5e":"1","\u{1f600}":"2"/u);
});

test("escapes what Go escapes", () => {
  const value = '<a&b> \u2028\u2029 \u0000\u001f\b\f\n\r\t"\\/ \u007f é \ud800';
  const config = { Env: [value], Cmd: [], Labels: {} };
  // Printed by Go 1.26's json.Marshal, but for the lone surrogate, which no Go string holds.
  const wanted = String.raw`"\u003ca\u0026b\u003e \u2028\u2029 \u0000\u001f\b\f\n\r\t\"\\/ ${"\u007f"} é ${"\ufffd"}"`;
  assert.ok(text({ platform: LINUX, config, layers: [] }).includes(`"Env":[${wanted}]`));
});

test("a variant follows the os", () => {
  const platform = { architecture: "arm", os: "linux", variant: "v7" };
  const json = text({ platform, config: { Env: [], Cmd: [], Labels: {} }, layers: [] });
  assert.match(json, /"architecture":"arm","os":"linux","variant":"v7","config":\{\}/);
});

test("what is written can be read back", () => {
  const config = { Env: ["A=<&>"], Cmd: ["x"], Labels: { l: "é" } };
  const bytes = imageConfig({ platform: LINUX, config, layers: [A, B] });
  assert.deepEqual(readConfig(bytes, "here"), { platform: LINUX, config, diffIds: [A, B] });
});

test("every field of a container's config is written in the specification's place, and read back", () => {
  const config = {
    User: "1000:1000",
    ExposedPorts: ["53/udp", "80/tcp"],
    Env: ["A=1"],
    Entrypoint: ["/enter"],
    Cmd: ["x"],
    Volumes: ["/data"],
    WorkingDir: "/work",
    Labels: { l: "1" },
    StopSignal: "SIGINT",
  };
  const bytes = imageConfig({ platform: LINUX, config, layers: [] });
  assert.deepEqual(readConfig(bytes, "here").config, config);
  assert.ok(
    Buffer.from(bytes).includes(
      '"config":{"User":"1000:1000","ExposedPorts":{"53/udp":{},"80/tcp":{}},"Env":["A=1"],' +
        '"Entrypoint":["/enter"],"Cmd":["x"],"Volumes":{"/data":{}},"WorkingDir":"/work",' +
        '"Labels":{"l":"1"},"StopSignal":"SIGINT"}',
    ),
  );
});

test("a set is written by its sorted keys", () => {
  const config = { Env: [], Cmd: [], Labels: {}, ExposedPorts: ["80/tcp", "53/udp"] };
  assert.match(
    text({ platform: LINUX, config, layers: [] }),
    /"ExposedPorts":\{"53\/udp":\{\},"80\/tcp":\{\}\}/,
  );
});
