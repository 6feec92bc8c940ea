import assert from "node:assert/strict";
import { test } from "node:test";
import { nextPage } from "../../../provider/registry/next-page.ts";

for (const [header, expected] of [
  ['</v2/a/tags/list?last=b>; rel="next"', "/v2/a/tags/list?last=b"],
  ["<http://h/x?a=1,2>; rel=next", "http://h/x?a=1,2"],
  ["http://h/x?n=1&last=b; rel=next", "http://h/x?n=1&last=b"],
  ['http://h/x; rel="next"', "http://h/x"],
  ['<http://h/x>; title="a, b; rel=prev"; rel="next"', "http://h/x"],
  ["<http://h/x>; REL=Next", "http://h/x"],
  ["<http://h/x>;rel='next'", "http://h/x"],
  ['<http://h/x>; rel="last next"', "http://h/x"],
  ['<http://h/0>; rel="prev", <http://h/2>; rel="next"', "http://h/2"],
  ['<http://h/0>; rel="prev"', undefined],
  ['<http://h/x>; rel="nextish"', undefined],
  ["next", undefined],
  ["<>; rel=next", undefined],
  ["", undefined],
] as const)
  test(`Link: ${header} leads to ${expected ?? "no next page"}`, () => {
    assert.equal(nextPage(header), expected);
  });
