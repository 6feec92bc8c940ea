import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveRedirect, type Step } from "../../../provider/registry/resolve-redirect.ts";

/** What the names in these tests mean. */
const NAMES: Readonly<Record<string, string[]>> = {
  "r.example": ["203.0.113.1", "2001:db8::1"],
  "r.corp.example": ["10.1.2.3", "fd12::3"],
  "r.split.example": ["203.0.113.1", "10.1.2.3"],
};

const go = async (
  to: string,
  from: string,
  what: Step["what"] = "upload address",
): Promise<string> => {
  const step = { from: new URL(from), what, label: "r.example/lix: uploading" };
  return (await resolveRedirect(to, step, async (name) => NAMES[name] ?? [])).href;
};

test("follows a registry to where it may send us", async () => {
  for (const [to, from, target] of [
    ["/v2/x/1?_state=a%2Bb", "https://r.example/v2/y/", "https://r.example/v2/x/1?_state=a%2Bb"],
    ["2?s=1", "http://127.0.0.1:5000/v2/x/uploads/1", "http://127.0.0.1:5000/v2/x/uploads/2?s=1"],
    ["https://cdn.example/up", "https://r.example/", "https://cdn.example/up"],
    ["http://127.0.0.1:6000/up", "http://localhost:5000/", "http://127.0.0.1:6000/up"],
    ["https://user:pw@cdn.example/up", "https://r.example/", "https://cdn.example/up"],
    ["https://10.0.0.2/up", "https://10.0.0.1/", "https://10.0.0.2/up"],
    ["https://10.0.0.2/up", "https://r.corp.example/", "https://10.0.0.2/up"],
    ["https://[fd12::4]/up", "https://r.corp.example/", "https://[fd12::4]/up"],
    ["https://minio.corp.example/up", "https://r.example/", "https://minio.corp.example/up"],
    ["http://10.0.0.2/up", "http://10.0.0.1/", "http://10.0.0.2/up"],
    ["/up", "http://169.254.1.1/", "http://169.254.1.1/up"],
  ] as const)
    assert.equal(await go(to, from), target);
});

test("a registry that forgets its port still has it, and its token service may have another", async () => {
  const at = "https://r.example:5050/v2/";
  assert.equal(await go("https://r.example/v2/x?s=1", at), "https://r.example:5050/v2/x?s=1");
  assert.equal(await go("https://r.example/auth", at, "token service"), "https://r.example/auth");
  assert.equal(await go("https://cdn.example/x", at), "https://cdn.example/x");
});

test("refuses plain http after https, and what is no address", async () => {
  for (const to of ["http://r.example/up", "ftp://r.example/up", "file:///etc/passwd", "https://"])
    await assert.rejects(go(to, "https://r.example/"), { code: "UNSAFE_ADDRESS" }, to);
});

test("follows no server outside to addresses in our own network", async () => {
  for (const from of ["r.example", "r.split.example", "unknown.example", "203.0.113.1"])
    for (const to of [
      "localhost",
      "[::1]",
      "[::]",
      "[fd00::1]",
      "[::ffff:10.0.0.1]",
      "192.168.1.1",
      "0x7f000001",
    ])
      await assert.rejects(
        go(`https://${to}/up`, `https://${from}/`),
        { code: "UNSAFE_ADDRESS" },
        `${from} to ${to}`,
      );
});

test("follows no server to where a cloud hands out keys", async () => {
  for (const from of ["r.example", "r.corp.example", "localhost", "10.0.0.1", "169.254.1.1"])
    for (const to of [
      "169.254.169.254",
      "[::ffff:169.254.169.254]",
      "[fe80::1]",
      "[fd00:ec2::254]",
      "100.100.100.200",
    ])
      await assert.rejects(
        go(`http://${to}/latest`, `http://${from}/`),
        { code: "UNSAFE_ADDRESS" },
        `${from} to ${to}`,
      );
});

test("shows neither password nor query of a refused address", async () => {
  await assert.rejects(
    go("http://user:hunter2@r.example/up?key=hunter2", "https://r.example/"),
    (error: Error) =>
      error.message.startsWith(
        "r.example/lix: uploading: the upload address that r.example names",
      ) && !error.message.includes("hunter2"),
  );
});
