import assert from "node:assert/strict";
import { test } from "node:test";
import { http } from "../../../provider/http/request.ts";

test("what is no address of http is an error with a code, and shows no password", async () => {
  for (const url of ["no url", "http://", "ftp://a.example/", "http://me:s3cret%zz@a.example/"])
    await assert.rejects(http(url, { label: "asking" }), (error: Error) => {
      assert.match(error.message, /^asking: expected an http or https URL; got /);
      assert.equal("code" in error && error.code, "INVALID_URL");
      assert.doesNotMatch(error.message, /s3cret/);
      return true;
    });
});
