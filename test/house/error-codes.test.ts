import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { REPOSITORY, sourceFiles } from "../support/source-files.ts";

const CODE = /^ {2}(?:override )?readonly code = "([^"]+)"/gm;

/** Code → the file that declares it. */
function declaredCodes(): [code: string, file: string][] {
  return sourceFiles("sdk", "provider").flatMap((file) =>
    [...readFileSync(join(REPOSITORY, file), "utf8").matchAll(CODE)].map(
      (match): [string, string] => [match[1] ?? "", file],
    ),
  );
}

test("every error class declares its code in the one form that this test sees", () => {
  for (const file of sourceFiles("sdk", "provider")) {
    const text = readFileSync(join(REPOSITORY, file), "utf8");
    const classes = text.match(/^(?:export )?class \w+ extends LixImageError\b/gm)?.length ?? 0;
    assert.ok((text.match(CODE)?.length ?? 0) >= classes, `${file}: an error class without a code`);
  }
});

test("no two error classes share a code", () => {
  const codes = declaredCodes().map(([code]) => code);
  assert.deepEqual(
    codes.filter((code, at) => codes.indexOf(code) !== at),
    [],
  );
});

test("docs/errors.md lists exactly the codes of the error classes, sorted", () => {
  const page = readFileSync(join(REPOSITORY, "docs/errors.md"), "utf8");
  const listed = [...page.matchAll(/^\| `([A-Z0-9_]+)` +\|/gm)].map(([, code = ""]) => code);
  const declared = new Set(declaredCodes().map(([code]) => code));
  const missing = [...declared].filter((code) => !listed.includes(code));
  const stale = listed.filter((code) => !declared.has(code));
  assert.deepEqual({ missing, stale }, { missing: [], stale: [] });
  assert.deepEqual(listed, listed.toSorted());
});
