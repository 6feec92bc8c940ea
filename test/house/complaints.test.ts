import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { REPOSITORY } from "../support/source-files.ts";

const read = (file: string): string => readFileSync(join(REPOSITORY, file), "utf8");

interface Row {
  readonly rank: number;
  readonly complaint: string;
  readonly tests: readonly (readonly [file: string, name: string])[];
}

/** Of the table in docs/complaints.md. */
function rows(): Row[] {
  return [...read("docs/complaints.md").matchAll(/^\| *(\d+) *\|(.*)\|$/gm)].map(
    ([, rank, cells = ""]) => {
      const [complaint = "", , held = ""] = cells.split("|");
      const tests = [...held.matchAll(/`(test\/[^`]+)`: “([^”]+)”/g)];
      return {
        rank: Number(rank),
        complaint: complaint.trim(),
        tests: tests.map(([, file = "", name = ""]) => [file, name] as const),
      };
    },
  );
}

test("each complaint has a test, and each test that is named exists", () => {
  const all = rows();
  assert.ok(all.length >= 20, "the search finds what is there");
  for (const { complaint, tests } of all) {
    assert.ok(tests.length > 0, complaint);
    for (const [file, name] of tests) {
      assert.ok(existsSync(join(REPOSITORY, file)), file);
      const declared = [...read(file).matchAll(/\btest\(\s*"((?:[^"\\]|\\.)*)"/g)];
      assert.ok(
        declared.some(([, title]) => title === name),
        `${file}: ${name}`,
      );
    }
  }
});

test("the ranks are whole and in order", () => {
  const ranks = rows().map(({ rank }) => rank);
  assert.deepEqual(
    ranks,
    ranks.toSorted((a, b) => a - b),
  );
  assert.deepEqual(
    [...new Set(ranks)],
    Array.from({ length: 11 }, (_, at) => at + 1),
  );
});
