import assert from "node:assert/strict";
import { test } from "node:test";
import { isLoopback } from "../../../provider/base/loopback.ts";
import { Repository } from "../../../provider/formats/oci/reference.ts";

const LOOPBACK = [
  "localhost",
  "LOCALHOST:5000",
  "localhost.",
  "registry.localhost:5000",
  "a.b.localhost.",
  "127.0.0.1",
  "127.1.2.3:5000",
  "127.1",
  "0x7f.1",
  "2130706433",
  "017700000001",
  "[::1]",
  "[0:0:0:0:0:0:0:1]:5000",
  "[::ffff:127.0.0.1]",
  "[::FFFF:7F01:203]:80",
];
const ELSEWHERE = [
  "localhost.example",
  "mylocalhost",
  "localhost.local",
  "128.0.0.1",
  "127.0.0.1.example",
  "10.0.0.1",
  "0.0.0.0",
  "[::2]",
  "[::ffff:128.0.0.1]",
  "not a host",
  "",
];

for (const host of LOOPBACK)
  test(`${host} is this machine`, () => {
    assert.ok(isLoopback(host));
  });

for (const host of ELSEWHERE)
  test(`${JSON.stringify(host)} is not this machine`, () => {
    assert.ok(!isLoopback(host));
  });

test("a registry on this machine speaks plain http by default, whatever it is called", () => {
  for (const host of ["registry.localhost:5000", "127.0.0.1:5000", "[::1]:5000", "localhost"])
    assert.ok(Repository.parse(`${host}/lix`).plainHttp, host);
  for (const host of ["localhost.example", "10.0.0.1:5000", "[::2]:5000"])
    assert.ok(!Repository.parse(`${host}/lix`).plainHttp, host);
});

test("a host that only looks like an address is refused", () => {
  for (const host of ["10.0.0.300", "localhost.5000", "1.2.3.4.5", "0x7f.0.0.256:5000"])
    assert.throws(() => Repository.parse(`${host}/lix`), { code: "INVALID_REPOSITORY" }, host);
});
