import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";
import { netrcAuthorization, parseNetrc } from "../../../provider/substituter/netrc.ts";

const entry = (machine: string | undefined, login: string, password: string) => ({
  machine,
  login,
  password,
});

for (const [what, text, expected] of [
  ["one line", "machine a login b password c", [entry("a", "b", "c")]],
  ["many lines", "machine a\n\tlogin b\r\n  password c\n", [entry("a", "b", "c")]],
  ["no login, as for cachix", "machine a password c", [entry("a", "", "c")]],
  [
    "default",
    "machine a password c default login x password y",
    [entry("a", "", "c"), entry(undefined, "x", "y")],
  ],
  ["comments", "# machine z\nmachine a # login z\n password c#d", [entry("a", "", "c#d")]],
  ["quotes", 'machine a password "b \\"c\\" d"', [entry("a", "", 'b "c" d')]],
  [
    "account and macros",
    "machine a account z password c\nmacdef init\n machine no\n\nmachine b password d",
    [entry("a", "", "c"), entry("b", "", "d")],
  ],
  ["nothing", "", []],
  ["a cut end", "machine a login", [entry("a", "", "")]],
] as const)
  test(`netrc: ${what}`, () => assert.deepEqual(parseNetrc(text), expected));

test("credentials are those of the first entry for the host in the file that NETRC names", async (t) => {
  await withTempDir(async (folder) => {
    const before = process.env["NETRC"];
    t.after(() => {
      if (before === undefined) delete process.env["NETRC"];
      else process.env["NETRC"] = before;
    });
    const file = join(folder, "netrc");
    await writeFile(
      file,
      "machine Cache.example login a password b\nmachine cache.example password c\n" +
        "machine ::1 password d\ndefault login x password y",
    );
    process.env["NETRC"] = file;
    assert.equal(await netrcAuthorization("cache.example"), `Basic ${btoa("a:b")}`);
    assert.equal(await netrcAuthorization("[::1]"), `Basic ${btoa(":d")}`);
    assert.equal(await netrcAuthorization("sub.cache.example"), undefined, "default is for none");
    process.env["NETRC"] = join(folder, "none");
    assert.equal(await netrcAuthorization("cache.example"), undefined);
    process.env["NETRC"] = folder;
    await assert.rejects(netrcAuthorization("cache.example"), { code: "NETRC_UNREADABLE" });
  });
});
