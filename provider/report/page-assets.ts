/** What the page is made of besides the report: its scripts, the library that they use, its style. @module */
import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";

export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** In the order in which they run. */
const SCRIPTS = ["elements", "table", "treemap", "reason", "sections", "main"];

/** Whether this is dist/, where build.js puts the scripts as JavaScript and the library beside them. */
const IS_BUILT = import.meta.url.endsWith(".js");

export async function readPageAssets(): Promise<PageAssets> {
  const library = IS_BUILT ? "../../d3-hierarchy" : "../../node_modules/d3-hierarchy";
  const [licence, d3, style, ...scripts] = await Promise.all([
    read(`${library}/LICENSE`),
    read(`${library}/${IS_BUILT ? "" : "dist/"}d3-hierarchy.min.js`),
    read("page/page.css"),
    ...SCRIPTS.map(readScript),
  ]);
  // Its licence goes wherever it goes.
  const notice = `/*\nd3-hierarchy\n\n${licence.trim()}\n*/`;
  return { script: [notice, d3, ...scripts].join("\n"), style };
}

async function readScript(name: string): Promise<string> {
  return IS_BUILT
    ? read(`page/${name}.js`)
    : stripTypeScriptTypes(await read(`page/${name}.ts`), { mode: "strip" });
}

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), "utf8");
