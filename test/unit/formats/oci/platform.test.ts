import assert from "node:assert/strict";
import { test } from "node:test";
import {
  comparePlatforms,
  Platform,
  platformOf,
} from "../../../../provider/formats/oci/platform.ts";
import { hasCode } from "../../../support/has-code.ts";

for (const [system, platform] of [
  ["x86_64-linux", "linux/amd64"],
  ["aarch64-linux", "linux/arm64"],
  ["i686-linux", "linux/386"],
  ["armv7l-linux", "linux/arm/v7"],
  ["armv6l-linux", "linux/arm/v6"],
  ["riscv64-linux", "linux/riscv64"],
  ["powerpc64le-linux", "linux/ppc64le"],
  ["s390x-linux", "linux/s390x"],
  ["loongarch64-linux", "linux/loong64"],
] as const)
  test(`${system} is ${platform}`, () => {
    assert.equal(Platform.format(platformOf(system)), platform);
  });

test("the common platforms have no variant, not even an undefined one", () => {
  assert.deepEqual(Object.keys(platformOf("aarch64-linux")), ["architecture", "os"]);
});

for (const [system, hint] of [
  ["aarch64-darwin", "containers run Linux: use aarch64-linux"],
  ["x86_64-darwin", "containers run Linux: use x86_64-linux"],
  ["x86_64-freebsd", "use one of: x86_64-linux"],
  ["amd64-linux", "use one of: x86_64-linux"],
  ["x86_64", "use one of"],
  ["linux", "use one of"],
  ["", "use one of"],
  ["constructor-linux", "use one of"],
] as const)
  test(`refuses the system ${JSON.stringify(system)} and says what to use`, () => {
    assert.throws(
      () => platformOf(system),
      (error) => {
        assert.ok(hasCode(error, "UNSUPPORTED_SYSTEM"));
        assert.ok(error.hint?.startsWith(hint), error.hint);
        return true;
      },
    );
  });

test("platforms are ordered by their text", () => {
  const systems = ["x86_64-linux", "armv7l-linux", "aarch64-linux", "i686-linux"];
  const sorted = systems.map(platformOf).sort(comparePlatforms).map(Platform.format);
  assert.deepEqual(sorted, ["linux/386", "linux/amd64", "linux/arm/v7", "linux/arm64"]);
});
