import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { LockFile } from "../../provider/lock/lock-schema.ts";
import {
  anchors,
  codeBlocks,
  codeSpans,
  links,
  markdownPages,
  type MarkdownPage,
} from "../support/markdown.ts";
import { allCommandHelp } from "../support/reference/command-help.ts";
import { REPOSITORY, sourceFiles } from "../support/source-files.ts";

const pages = markdownPages();
const page = (file: string): MarkdownPage => {
  const found = pages.find((each) => each.file === file);
  assert.ok(found !== undefined, `${file} is missing`);
  return found;
};
const read = (file: string): string => readFileSync(join(REPOSITORY, file), "utf8");

test("every relative link leads to a file, and to a heading of it", () => {
  const all = pages.flatMap((from) => links(from).map((target) => ({ from, target })));
  const relative = all.filter(({ target }) => !/^[a-z]+:/.test(target));
  assert.ok(relative.length > 30, "the search finds what is there");
  const broken = relative.filter(({ from, target }) => {
    const [path = "", anchor] = target.split("#");
    const file = path === "" ? from.file : join(dirname(from.file), path);
    if (!existsSync(join(REPOSITORY, file))) return true;
    return anchor !== undefined && !anchors(page(file)).includes(anchor);
  });
  assert.deepEqual(
    broken.map(({ from, target }) => `${from.file}: ${target}`),
    [],
  );
});

test("docs/README.md leads to every page", () => {
  const index = page("docs/README.md");
  const targets = links(index).map((target) => join("docs", target));
  const missing = pages
    .map(({ file }) => file)
    .filter((file) => file.startsWith("docs/") && file !== index.file && !targets.includes(file));
  assert.deepEqual(missing, []);
});

test("every picture is there, says in words what it shows, and loads nothing", () => {
  const shown = pages.flatMap(({ file, text }) =>
    [...text.matchAll(/!\[([^\]]*)\]\(([^()\s]+)\)/g)].map(([, words = "", target = ""]) => ({
      words,
      picture: join(dirname(file), target),
    })),
  );
  assert.ok(shown.length > 0, "the search finds what is there");
  for (const { words, picture } of shown) {
    assert.ok(words.length > 20, picture);
    if (picture.endsWith(".svg"))
      assert.doesNotMatch(
        read(picture),
        /<script|<foreignObject|@import|href=|url\((?!#)/,
        picture,
      );
  }
});

test("every file that is named exists", () => {
  const named = pages.flatMap((from) =>
    codeSpans(from)
      .filter((span) => /^(?:docs|examples|provider|sdk|test)\/[\w./-]*$/.test(span))
      .map((path) => ({ from, path })),
  );
  assert.ok(named.length > 10, "the search finds what is there");
  const missing = named.filter(({ path }) => !existsSync(join(REPOSITORY, path)));
  assert.deepEqual(
    missing.map(({ from, path }) => `${from.file}: ${path}`),
    [],
  );
});

test("every command of lix-image that is shown exists, with its options", () => {
  const help = allCommandHelp();
  const shown = pages.flatMap(({ file, text }) =>
    [...text.matchAll(/\blix-image +([a-z]+)\b([^`\n]*)/g)].map(
      ([line, command = "", rest = ""]) => ({ at: `${file}: ${line}`, command, rest }),
    ),
  );
  assert.ok(shown.length > 20, "the search finds what is there");
  const wrong = shown.filter(({ command, rest }) => {
    const text = help.get(command);
    const options = rest.match(/(?<= )--?[a-z][a-z-]*/g) ?? [];
    return options.some((option) => option !== "--help" && text?.includes(option) !== true);
  });
  assert.deepEqual(
    wrong.map(({ at }) => at),
    [],
  );
  const unknown = pages.flatMap((from) =>
    [...codeSpans(from), ...codeBlocks(from).flatMap(({ code }) => code.split("\n"))]
      .flatMap((code) => /^(?:npx )?lix-image ([a-z]+)/.exec(code)?.[1] ?? [])
      .filter((command) => !help.has(command)),
  );
  assert.deepEqual(unknown, []);
});

test("every npm script that is shown is in package.json", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const shown = pages.flatMap(({ file, text }) =>
    [...text.matchAll(/\bnpm (?:run ([a-z]+)|(start|test))\b/g)].map(
      ([, script, short]) => [file, script ?? short ?? ""] as const,
    ),
  );
  assert.ok(shown.length > 5, "the search finds what is there");
  assert.deepEqual(
    shown.filter(([, script]) => scripts[script] === undefined),
    [],
  );
});

test("docs/environment.md names the variables that are read, and no others", () => {
  const named = codeSpans(page("docs/environment.md"))
    .flatMap((span) => span.match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*\b/g) ?? [])
    .filter((name) => /_|^(?:HOME|NETRC|LOCALAPPDATA|TERM)$/.test(name));
  const source = sourceFiles("provider").map(read).join("\n");
  const literal = [...source.matchAll(/(?:env|environment)\["([A-Z0-9_]+)"\]/g)];
  const used = new Set(literal.map(([, name = ""]) => name));
  assert.deepEqual(
    [...used].filter((name) => !named.includes(name)),
    [],
  );
  const stale = new Set(
    named.filter((name) => !BY_NODE.has(name) && !source.includes(`"${name}"`)),
  );
  assert.deepEqual([...stale], []);
});

const BY_NODE: ReadonlySet<string> = new Set([
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "NODE_EXTRA_CA_CERTS",
]);

test("docs/lock-format.md has every field of a package and of a path", () => {
  const schema = z.toJSONSchema(LockFile, { io: "input" }) as Schema;
  const system = schema.properties?.["systems"]?.additionalProperties?.properties;
  const fields = ["packages", "paths"].flatMap((part) =>
    Object.keys(system?.[part]?.additionalProperties?.properties ?? {}),
  );
  const rows = [...page("docs/lock-format.md").text.matchAll(/^\| `(\w+)` +\|/gm)];
  assert.deepEqual(
    rows.map(([, name = ""]) => name),
    fields,
  );
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
}
