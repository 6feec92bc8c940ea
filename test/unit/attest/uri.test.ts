import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { webUri } from "../../../provider/attest/uri.ts";

for (const [text, expected] of [
  ["https://curl.se/?a=b#c", "https://curl.se/?a=b#c"],
  ["https://curl.se", "https://curl.se/"],
  ["https://a.example/x|y/{z}/%zz/%41", "https://a.example/x%7Cy/%7Bz%7D/%25zz/%41"],
  ["https://a.example/ü?[q]#a#b", "https://a.example/%C3%BC?%5Bq%5D#a%23b"],
  ["https://[::1]:8080/", "https://[::1]:8080/"],
  ["https://[x", undefined],
  ["file:///home/me/x.tar", undefined],
  ["", undefined],
] as const)
  test(`${text || "nothing"} becomes ${expected}`, () => {
    assert.equal(webUri(text), expected);
  });

test("an address has the characters of RFC 3986, and stays as it is when it is taken again", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (path) => {
      const uri = webUri(`https://a.example/${path}`) ?? "";
      assert.match(
        uri,
        /^https:\/\/a\.example\/(?:[\w.~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*(?:#[^#]*)?$/,
      );
      assert.equal(webUri(uri), uri);
    }),
  );
});
