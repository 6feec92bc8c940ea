/** The page of `lix-image report` in a real browser. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { readPageAssets } from "../../provider/report/page-assets.ts";
import { reportPage } from "../../provider/report/page.ts";
import type { Report } from "../../provider/report/report.ts";
import { withChromium, type BrowserPage } from "../support/chromium.ts";
import { hostileReport } from "../support/hostile-report.ts";
import { findPeer, needs } from "../support/peers.ts";
import { withWorkshop } from "../support/workshop.ts";

const skip = needs("chromium");
const chromium = (): string => findPeer("chromium") ?? "chromium";

const bytesShown = (page: BrowserPage): Promise<unknown> =>
  page.evaluate(
    "[...document.querySelectorAll('#map .cell')].reduce((sum, cell) => sum + Number(cell.dataset.bytes), 0)",
  );
const textOf = async (page: BrowserPage, selector: string): Promise<string> =>
  String(await page.evaluate(`document.querySelector(${JSON.stringify(selector)}).innerText`));

/** What is wrong with any page. */
function assertQuiet({ requests, complaints }: BrowserPage): void {
  assert.deepEqual(requests, [], "no request leaves the page");
  assert.deepEqual(complaints, [], "no error on the console, nothing refused by the policy");
}

test(
  "the map shows all bytes of the image, goes into layers and directories, and says why a path is there",
  { skip },
  () =>
    withWorkshop({ world: { systems: ["x86_64-linux", "aarch64-linux"] } }, async (workshop) => {
      const html = join(workshop.folder, "report.html");
      const args = { lock: workshop.world.lockFile, systems: ["x86_64-linux", "aarch64-linux"] };
      const file = await workshop.writeArgs({ ...args, maxLayers: 2 });
      const run = await workshop.run("report", file, "--html", html, "--json");
      assert.equal(run.code, 0, run.stderr);
      const { platforms } = JSON.parse(run.stdout) as Report;
      const [amd, arm] = Object.values(platforms);
      assert.ok(amd !== undefined && arm !== undefined);
      await withChromium(chromium(), async (page) => {
        await page.resize(1200, 900);
        await page.open(pathToFileURL(html).href);
        assert.equal(await bytesShown(page), amd.size);
        await byKeyboard(page, amd);

        const choose = (index: number, value: string): Promise<unknown> =>
          page.evaluate(`{ const choice = document.querySelectorAll("#controls select")[${index}];
          choice.value = ${JSON.stringify(value)}; choice.dispatchEvent(new Event("change")); }`);
        await choose(1, "unpackedSize");
        assert.equal(await bytesShown(page), amd.unpackedSize);
        await choose(0, "linux/arm64");
        assert.equal(await bytesShown(page), arm.unpackedSize);
        await choose(1, "size");
        assert.equal(await bytesShown(page), arm.size);

        await page.evaluate(`{ const filter = document.querySelectorAll("#tables input")[2];
        filter.value = "openssh"; filter.dispatchEvent(new Event("input")); }`);
        const rows = await textOf(page, "#tables section:last-child tbody");
        assert.match(rows, /^openssh-9\.9p1\t\d+\t/);

        // On a phone nothing overflows to the side.
        for (const scheme of ["light", "dark"] as const) {
          await page.colorScheme(scheme);
          await page.resize(360, 740);
          // The map is drawn again with the next frame.
          await page.evaluate(
            "new Promise((go) => requestAnimationFrame(() => setTimeout(go, 50)))",
          );
          const width = await page.evaluate("document.documentElement.scrollWidth");
          assert.equal(width, 360);
          assert.equal(await bytesShown(page), arm.size);
        }
        assertQuiet(page);
      });
    }),
);

/** Into the largest layer and out of it, to a path and its reason, without a mouse. */
async function byKeyboard(
  page: BrowserPage,
  { layers }: Report["platforms"][string],
): Promise<void> {
  const focused = async (): Promise<string> =>
    String(await page.evaluate("document.activeElement.ariaLabel"));
  const [largest] = layers.toSorted((a, b) => b.size - a.size);
  assert.ok(largest !== undefined && largest.parts.length > 1);
  for (let tabs = 0; tabs < 5 && !(await focused()).includes("%"); tabs += 1)
    await page.press("Tab");
  const first = await focused();
  await page.press("ArrowRight");
  assert.notEqual(await focused(), first);
  await page.press("Home");
  assert.equal(await focused(), first);
  await page.press("Enter");
  assert.equal(await bytesShown(page), largest.size);
  await page.press("Enter");
  assert.ok((await textOf(page, "#reason")).startsWith("store database"), "the largest part");
  while (/^(?:store database|base system),/.test(await focused())) await page.press("ArrowRight");
  const inLayer = await focused();
  await page.press("Enter");
  const reason = await textOf(page, "#reason");
  assert.ok(reason.startsWith(`Why is ${inLayer.split(",")[0]} here?`), reason);
  assert.match(reason, /The shortest way to it from .+:/);
  const part = largest.parts.find(({ name }) => name === "base system");
  await page.evaluate(`{ const cells = [...document.querySelectorAll("#map .cell")];
    cells.find((cell) => cell.ariaLabel.startsWith("base system")).focus(); }`);
  const system = await focused();
  await page.press("Enter");
  assert.equal(await bytesShown(page), part?.size, "Enter has gone into it");
  const folder = await focused();
  assert.match(folder, /^etc\/, /);
  await page.press("Enter");
  assert.match(
    await textOf(page, "#crumbs"),
    /^All layers › layer \d+: .+ › base system › etc\/, /,
  );
  await page.press("Enter");
  assert.match(await textOf(page, "#reason"), /base system\/etc\/\w+, [\d.]+ k?B/);
  await page.press("Escape");
  assert.equal(await focused(), folder, "the focus is on the directory again");
  await page.press("Escape");
  assert.equal(await focused(), system);
  await page.press("Escape");
  assert.equal(await focused(), first, "the focus is where it was");
}

test("names that want to run as a script are shown as they are, and do nothing", { skip }, () =>
  withTempDir(async (folder) => {
    const html = join(folder, "hostile.html");
    const report = hostileReport();
    await writeFile(html, reportPage(report, await readPageAssets()));
    await withChromium(chromium(), async (page) => {
      await page.open(pathToFileURL(html).href);
      const [platform] = Object.values(report.platforms);
      assert.equal(await bytesShown(page), platform?.size);
      for (let cell = 0; cell < 3; cell += 1) {
        await page.evaluate(`document.querySelectorAll("#map .cell")[${cell}].click()`);
        await page.evaluate('document.querySelector("#map .cell").click()');
        await page.evaluate('document.querySelector("#crumbs button").click()');
      }
      assert.match(await textOf(page, "#reason"), /^Why is .*\bhere\?/);
      assert.match(await textOf(page, "#tables"), /<\/script><script>window\.hurt = 1<\/script>/);
      assert.equal(await page.evaluate("typeof window.hurt"), "undefined");
      assert.equal(await page.evaluate("document.querySelectorAll('img, svg').length"), 0);
      assertQuiet(page);
    });
    assert.match(await readFile(html, "utf8"), /^<!doctype html>\n/);
  }),
);

test(
  "should a script ever get into the page, the policy lets it neither run nor load",
  { skip },
  () =>
    withTempDir(async (folder) => {
      const html = join(folder, "injected.html");
      const page = reportPage(hostileReport(), await readPageAssets());
      const injected = `<script>window.hurt = 1</script><img src="https://a.invalid/x.png">`;
      await writeFile(html, page.replace("</main>", `${injected}</main>`));
      await withChromium(chromium(), async (browser) => {
        await browser.open(pathToFileURL(html).href);
        assert.equal(await browser.evaluate("typeof window.hurt"), "undefined");
        assert.match(browser.complaints.join("\n"), /Content Security Policy/);
      });
    }),
);
