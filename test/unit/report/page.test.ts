import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { readPageAssets } from "../../../provider/report/page-assets.ts";
import { reportPage } from "../../../provider/report/page.ts";
import { hostileReport } from "../../support/hostile-report.ts";

const assets = await readPageAssets();
const page = reportPage(hostileReport(), assets);

test("the policy allows the script and the style of the page by their hashes, and nothing else", () => {
  const [, policy = ""] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
  const hashOf = (element: string): string => {
    const [, text = ""] = new RegExp(`<${element}>([^]*?)</${element}>`).exec(page) ?? [];
    return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  };
  assert.equal(
    policy,
    `default-src 'none'; script-src ${hashOf("script")}; style-src ${hashOf("style")}; ` +
      "base-uri 'none'; form-action 'none'",
  );
});

test("what others wrote is in no markup, and steers no terminal and no editor", () => {
  const ours = page.replace(assets.script, "").replace(assets.style, "");
  assert.deepEqual(ours.match(/<\/?(?:script|img|svg|style)/g), [
    ...["<style", "</style", "<script", "</script", "<script", "</script"],
  ]);
  assert.doesNotMatch(ours.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
});

test("the page names no other address than those of licences and namespaces in its script", () => {
  const addresses = [...page.matchAll(/https?:\/\/[^\s"'`\\)]+/g)].map(([found]) => found);
  assert.deepEqual([...new Set(addresses)], ["https://d3js.org/d3-hierarchy/"]);
});

test("the licence of the library is in the page", () => {
  assert.match(page, /Copyright 2010-\d+ Mike Bostock\s+Permission to use, copy, modify/);
});
