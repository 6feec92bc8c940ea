/** The parts of a Markdown page that can be wrong. @module */
import { globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { REPOSITORY } from "./source-files.ts";

export interface MarkdownPage {
  /** Relative to the repository, with `/`. */
  readonly file: string;
  readonly text: string;
}

export interface CodeBlock {
  /** The language after the fence: `ts`, `sh`, or nothing. */
  readonly language: string;
  readonly code: string;
}

/** All pages for people. */
export function markdownPages(): MarkdownPage[] {
  return globSync(["*.md", "docs/**/*.md", "examples/*.md"], { cwd: REPOSITORY })
    .map((file) => file.split(sep).join("/"))
    .sort()
    .map((file) => ({ file, text: readFileSync(join(REPOSITORY, file), "utf8") }));
}

export function codeBlocks({ text }: MarkdownPage): CodeBlock[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = "", code = ""]) => ({
    language,
    code,
  }));
}

/** `inline code`, without the ticks. */
export const codeSpans = (page: MarkdownPage): string[] =>
  [...prose(page).matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span);

/** Targets of `[text](target)`. */
export const links = (page: MarkdownPage): string[] =>
  [...withoutSpans(page).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = ""]) => target);

/** What a link's `#…` may be: GitHub's names for the headings. */
export const anchors = (page: MarkdownPage): string[] =>
  [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

const prose = ({ text }: MarkdownPage): string => text.replace(/^```.*?^```$/gms, "");
const withoutSpans = (page: MarkdownPage): string => prose(page).replace(/`[^`]*`/g, "");
