import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { CATALOGUE } from "../../provider/errors/catalogue.ts";
import { ERRORS_FILE, errorsPage } from "../support/errors-page.ts";
import { REPOSITORY, sourceFiles } from "../support/source-files.ts";

const SOURCES: readonly { readonly file: string; readonly text: string }[] = sourceFiles(
  "sdk",
  "provider",
).map((file) => ({ file, text: readFileSync(join(REPOSITORY, file), "utf8") }));

const CODE = /^ {2}(?:override )?readonly code = "([^"]+)"/gm;
const matches = (pattern: RegExp): string[] =>
  SOURCES.filter(({ file }) => !file.startsWith("provider/errors/")).flatMap(({ text }) =>
    [...text.matchAll(pattern)].map(([, code = ""]) => code),
  );

const withMessage = Object.entries(CATALOGUE).filter(([, entry]) => "message" in entry);
const messageCodes = withMessage.map(([code]) => code).sort();
const classCodes = Object.keys(CATALOGUE).filter((code) => !messageCodes.includes(code));

// The class behind lixError, and the copy of an error that another thread threw.
const CODE_IS_GIVEN = new Set(["provider/errors/lix-error.ts", "provider/base/sent-error.ts"]);

test("every error class declares its code in the one form that this test sees", () => {
  for (const { file, text } of SOURCES) {
    if (CODE_IS_GIVEN.has(file)) continue;
    const classes = text.match(/^(?:export )?class \w+ extends LixImageError\b/gm)?.length ?? 0;
    assert.ok((text.match(CODE)?.length ?? 0) >= classes, `${file}: an error class without a code`);
  }
});

test("the catalogue has a meaning for each error class, and no class twice", () => {
  assert.deepEqual(matches(CODE).sort(), classCodes.sort());
});

test("each message of the catalogue is thrown somewhere", () => {
  assert.deepEqual([...new Set(matches(/\blixError\(\s*"([A-Z0-9_]+)"/g))].sort(), messageCodes);
});

test("no two parts of the catalogue have the same code", () => {
  const written = SOURCES.filter(({ file }) => /^provider\/errors\/[a-z]+-errors\.ts$/.test(file));
  const codes = written.flatMap(({ text }) => text.match(/^ {2}[A-Z0-9_]+(?=: )/gm) ?? []);
  assert.equal(codes.length, Object.keys(CATALOGUE).length);
});

test("docs/errors.md is what the catalogue says", async () => {
  assert.equal(
    readFileSync(ERRORS_FILE, "utf8"),
    await errorsPage(),
    `${relative(REPOSITORY, ERRORS_FILE)} is out of date. Write it again:\n` +
      "  node_modules/node/bin/node test/support/errors-page.ts",
  );
});
