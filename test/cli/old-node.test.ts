/** Each program of the package says so if Node is too old, before it loads what an older Node lacks. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

/** Node 20.20, whose zlib has no zstd: an import of that ends the program before any of its code runs. */
const OLD_NODE = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  Object.defineProperty(process.versions, "node", { value: "20.20.2" });
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "node:zlib"
        ? { url: "data:text/javascript,export const createGunzip = 1;", shortCircuit: true }
        : next(specifier, context),
  });
`)}`;

for (const program of ["cli/main.js", "plugin/main.js", "index.js"])
  test(`${program} names the Node that it needs`, () => {
    const file = new URL(`../../dist/provider/${program}`, import.meta.url).pathname;
    const { status, stderr } = spawnSync(process.execPath, ["--import", OLD_NODE, file, "--help"], {
      encoding: "utf8",
    });
    assert.equal(status, 1);
    assert.match(stderr, /pulumi-lix needs Node 22\.20 or newer; this is 20\.20\.2/);
    assert.doesNotMatch(stderr, /SyntaxError/);
  });
