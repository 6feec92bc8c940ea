import assert from "node:assert/strict";
import { test } from "node:test";
import { wellFormedCpe } from "../../../provider/attest/cpe.ts";

for (const [text, expected] of [
  ["cpe:2.3:a:haxx:curl:8.9.1:*:*:*:*:*:*:*", "cpe:2.3:a:haxx:curl:8.9.1:*:*:*:*:*:*:*"],
  ["cpe:2.3:a:gnu:bash:5.2:p37:*:*:*:*:*:*", "cpe:2.3:a:gnu:bash:5.2:p37:*:*:*:*:*:*"],
  ["cpe:2.3:a:x:lib+:1+git:*:*:*:*:*:*:*", String.raw`cpe:2.3:a:x:lib\+:1\+git:*:*:*:*:*:*:*`],
  [
    String.raw`cpe:2.3:a:x:c\:\+\+:1~rc\/1:*:*:*:*:*:*:*`,
    String.raw`cpe:2.3:a:x:c\:\+\+:1\~rc\/1:*:*:*:*:*:*:*`,
  ],
  ["cpe:2.3:a:x:y:1.*:-:*:en-US:*:*:*:x?", "cpe:2.3:a:x:y:1.*:-:*:en-US:*:*:*:x?"],
] as const)
  test(`${text} is the CPE ${expected}`, () => {
    assert.equal(wellFormedCpe(text), expected);
  });

for (const text of [
  "cpe:2.3:a:haxx:curl:8.9.1",
  "cpe:2.3:a:haxx:curl:8.9.1:*:*:*:*:*:*:*:*",
  "cpe:2.3:a:haxx::8.9.1:*:*:*:*:*:*:*",
  "cpe:2.3:a:häxx:curl:8.9.1:*:*:*:*:*:*:*",
  "cpe:/a:haxx:curl:8.9.1",
])
  test(`${text} is no CPE`, () => {
    assert.equal(wellFormedCpe(text), undefined);
  });
