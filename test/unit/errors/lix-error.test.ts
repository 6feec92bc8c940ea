import assert from "node:assert/strict";
import { test } from "node:test";
import { LixImageError, render } from "../../../provider/base/errors.ts";
import { lixError } from "../../../provider/errors/lix-error.ts";

test("an error of the catalogue has its code, message, hint and cause", () => {
  const cause = new Error("the socket closed");
  const error = lixError("NETRC_UNREADABLE", { file: "/root/.netrc" }, { cause });
  assert.ok(error instanceof LixImageError);
  assert.equal(error.code, "NETRC_UNREADABLE");
  assert.equal(error.message, "/root/.netrc: cannot be read");
  assert.match(error.hint ?? "", /point NETRC elsewhere/);
  assert.equal(error.cause, cause);
});

test("a hint may depend on the parameters", () => {
  const hintFor = (code: string): string | undefined =>
    lixError("CACHE_UNUSABLE", { folder: "/cache", code }).hint;
  assert.match(hintFor("ENOSPC") ?? "", /free some space/);
  assert.match(hintFor("EROFS") ?? "", /read-only/);
});

test("parameters cannot add a line, and a list of lines stays one", () => {
  const refusals = [{ url: "https://a.example\n[OK] done", reason: "status 500", hint: undefined }];
  const error = lixError("NAR_UNAVAILABLE", { path: "/nix/store/x", refusals });
  assert.deepEqual(error.message.split("\n"), [
    "/nix/store/x: none of 1 caches can supply it",
    "  https://a.example\\n[OK] done: status 500",
  ]);
  assert.match(render(error), /\[NAR_UNAVAILABLE\]\n {2}hint: add a cache/);
});

test("the compiler checks the parameters of each code", () => {
  // @ts-expect-error the parameter is called `path`
  assert.throws(() => lixError("LAYER_CONFLICT", { file: "/etc" }));
  // @ts-expect-error no such code
  assert.throws(() => lixError("NO_SUCH_CODE", {}));
  // @ts-expect-error BudgetExceeded is a class: somebody catches it
  assert.throws(() => lixError("BUDGET_EXCEEDED", {}));
});
