/** What is checked before the tests run; each is one program. @module */
import type { Check } from "./step.ts";

const tool = (name: string, path: string, ...args: readonly string[]): Check => ({
  name,
  command: [process.execPath, `node_modules/${path}`, ...args],
});

/** Writes dist/. */
export const BUILD: Check = { name: "build", command: [process.execPath, "build.js"] };

export const CHECKS: readonly Check[] = [
  tool("format", "prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."),
  tool("lint", "eslint/bin/eslint.js", "--max-warnings", "0", "."),
  tool(
    "boundaries",
    "dependency-cruiser/bin/dependency-cruise.mjs",
    ...["--config", "test/boundaries.cjs", "sdk", "provider", "examples", "test"],
  ),
  tool("types", "typescript/bin/tsc", "-p", "tsconfig.json", "--noEmit"),
  // Scripts of a browser, with its types.
  tool("page types", "typescript/bin/tsc", "-p", "provider/report/page/tsconfig.json", "--noEmit"),
  tool("package", "publint/src/cli.js", "--strict"),
];
