/**
 * The report as one HTML file that asks nothing of any server. Its policy allows the one script and the one style
 * in it by their hashes, and nothing else: should a name of the image ever be taken for markup, it could neither
 * run nor load anything.
 * @see https://www.w3.org/TR/CSP3/
 * @module
 */
import { createHash } from "node:crypto";
import { printable } from "../base/printable.ts";
import type { PageAssets } from "./page-assets.ts";
import type { Report } from "./report.ts";

export function reportPage(report: Report, { script, style }: PageAssets): string {
  if (/<\/(?:script|style)/i.test(script + style))
    throw new RangeError("a script of the page would end early");
  const policy = [
    "default-src 'none'",
    `script-src ${hashSource(script)}`,
    `style-src ${hashSource(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${inMarkup(report.image)}: what is in it</title>
<style>${style}</style>
</head>
<body>
<header>
<h1 id="image"></h1>
<p id="against"></p>
<div id="numbers"></div>
</header>
<main>
<noscript>This page is drawn by a script, which this browser does not run.</noscript>
<section aria-label="Map of bytes">
<div class="bar"><div id="crumbs"></div><div id="controls"></div></div>
<div id="map" role="group" aria-label="Bytes by layer, store path and file. Arrow keys move, Enter goes in, Escape goes out."></div>
<p id="legend"></p>
<div id="reason" aria-live="polite"></div>
</section>
<div id="tables"></div>
</main>
<script type="application/json" id="report">${data(report)}</script>
<script>${script}</script>
</body>
</html>
`;
}

const hashSource = (text: string): string =>
  `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;

/** JSON that ends no script element and begins no comment in it; its texts are safe to show. */
const data = (report: Report): string =>
  JSON.stringify(shown(report)).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

function shown(value: unknown): unknown {
  if (typeof value === "string") return printable(value);
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== "object" || value === null) return value;
  // A key named __proto__ is a key like others.
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [printable(key), shown(part)]),
  );
}

const inMarkup = (text: string): string =>
  printable(text).replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
