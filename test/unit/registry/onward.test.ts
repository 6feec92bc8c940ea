import assert from "node:assert/strict";
import { test } from "node:test";
import { onward, type Step } from "../../../provider/registry/onward.ts";

const go = (to: string, from: string, what: Step["what"] = "upload address"): string =>
  onward(to, { from: new URL(from), what, label: "r.example/lix: uploading" }).href;

test("follows a registry to where it may send us", () => {
  for (const [to, from, target] of [
    ["/v2/x/1?_state=a%2Bb", "https://r.example/v2/y/", "https://r.example/v2/x/1?_state=a%2Bb"],
    ["2?s=1", "http://127.0.0.1:5000/v2/x/uploads/1", "http://127.0.0.1:5000/v2/x/uploads/2?s=1"],
    ["https://cdn.example/up", "https://r.example/", "https://cdn.example/up"],
    ["http://127.0.0.1:6000/up", "http://localhost:5000/", "http://127.0.0.1:6000/up"],
    ["https://user:pw@cdn.example/up", "https://r.example/", "https://cdn.example/up"],
    ["https://10.0.0.2/up", "https://10.0.0.1/", "https://10.0.0.2/up"],
  ] as const)
    assert.equal(go(to, from), target);
});

test("a registry that forgets its port still has it, and its token service may have another", () => {
  const at = "https://r.example:5050/v2/";
  assert.equal(go("https://r.example/v2/x?s=1", at), "https://r.example:5050/v2/x?s=1");
  assert.equal(go("https://r.example/auth", at, "token service"), "https://r.example/auth");
  assert.equal(go("https://cdn.example/x", at), "https://cdn.example/x");
});

test("refuses plain http after https, other protocols, and private addresses of strangers", () => {
  for (const to of [
    "http://r.example/up",
    "ftp://r.example/up",
    "file:///etc/passwd",
    "https://169.254.169.254/latest",
    "https://localhost/up",
    "https://[::1]/up",
    "https://[fd00::1]/up",
    "https://192.168.1.1/up",
    "https://0x7f000001/up",
    "https://",
  ])
    assert.throws(() => go(to, "https://r.example/"), { code: "UNSAFE_ADDRESS" }, to);
});

test("shows neither password nor query of a refused address", () => {
  assert.throws(
    () => go("http://user:hunter2@r.example/up?key=hunter2", "https://r.example/"),
    (error: Error) =>
      error.message.startsWith(
        "r.example/lix: uploading: the upload address that r.example names",
      ) && !error.message.includes("hunter2"),
  );
});
