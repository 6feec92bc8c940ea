/** docs/architecture.md shows the folders as test/boundaries.cjs has them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { test } from "node:test";
import { codeBlocks } from "../support/markdown.ts";
import { REPOSITORY } from "../support/source-files.ts";

const file = "docs/architecture.md";
const page = { file, text: readFileSync(join(REPOSITORY, file), "utf8") };
const { forbidden } = createRequire(import.meta.url)("../boundaries.cjs") as {
  readonly forbidden: readonly { readonly name: string }[];
};
/** Each folder with those that it may import. */
const imports = new Map(
  forbidden.flatMap(({ name }) => {
    const [, from = "", to = ""] = /^(\S+) imports only: (.*)$/.exec(name) ?? [];
    return from === "" ? [] : [[from, to === "itself" ? [] : to.split(", ")] as const];
  }),
);

test("the table of folders has all of them", () => {
  const [, table = ""] = /^\| Folder .*?\n((?:\|.*\n)+)/m.exec(page.text) ?? [];
  const rows = [...table.matchAll(/^\| `((?:sdk|provider)[^`]*)` +\| [^|]*\|$/gm)];
  assert.deepEqual(rows.map(([, folder = ""]) => folder).sort(), [...imports.keys()].sort());
});

test("the picture has an arrow for each import that does not follow from others", () => {
  const [picture] = codeBlocks(page).filter(({ language }) => language === "mermaid");
  const arrows = [...(picture?.code ?? "").matchAll(/^ +(\w+) --> (\w+)$/gm)];
  const drawn = arrows.map(([, from = "", to = ""]) => `${folderOf(from)} --> ${folderOf(to)}`);
  assert.deepEqual(drawn.sort(), [...imports.keys()].flatMap(essential).sort());
});

/** Of a node in the picture. */
function folderOf(node: string): string {
  const folders = [...imports.keys()];
  return folders.find((folder) => basename(folder, ".ts") === node) ?? node;
}

function essential(from: string): string[] {
  const direct = imports.get(from) ?? [];
  return direct
    .filter((to) => !direct.some((via) => via !== to && reachable(via).has(to)))
    .map((to) => `${from} --> ${to}`);
}

function reachable(from: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const to of imports.get(from) ?? [])
    if (!seen.has(to)) {
      seen.add(to);
      reachable(to, seen);
    }
  return seen;
}
