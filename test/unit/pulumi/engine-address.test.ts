import assert from "node:assert/strict";
import { test } from "node:test";
import { engineAddress } from "../../../provider/pulumi/engine-address.ts";

const ENGINE = "127.0.0.1:40123";

// As pkg/resource/plugin/plugin_test.go has them.
for (const [flags, expected] of [
  [[ENGINE], ENGINE],
  [["localhost:1"], "localhost:1"],
  [["[::1]:1"], "[::1]:1"],
  [["--logtostderr", "-v=9", ENGINE], ENGINE],
  [["-v=3", ENGINE], ENGINE],
  [["--tracing", "127.0.0.1:6007", ENGINE], ENGINE],
  [["--logtostderr", "-v=9", "--tracing", "http://127.0.0.1:6007/api", ENGINE], ENGINE],
  [["--tracing", "127.0.0.1:6007"], undefined],
  [["--logtostderr", "-v=9"], undefined],
  [["plan"], undefined],
  [[], undefined],
] as const)
  test(`the engine's address in "${flags.join(" ")}" is ${expected ?? "not there"}`, () => {
    assert.equal(engineAddress(flags), expected);
  });
