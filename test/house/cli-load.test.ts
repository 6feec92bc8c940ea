import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { registerHooks } from "node:module";
import { test } from "node:test";

const loaded: string[] = [];
registerHooks({
  load: (url, context, next) => {
    loaded.push(url);
    return next(url, context);
  },
});

test("what sends requests loads no second HTTP client with Node's", () => {
  const client = import.meta.resolve("../../provider/registry/client.ts");
  const program = `await import("${client}"); console.log(process.moduleLoadList.join("\\n"))`;
  const modules = execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
    encoding: "utf8",
  });
  assert.match(modules, /^NativeModule http$/m);
  assert.doesNotMatch(modules, /undici/);
});

test("help loads the definitions of the commands, and nothing that does their work", async () => {
  const { COMMANDS } = await import("../../provider/cli/commands.ts");
  assert.match(COMMANDS.map((command) => command.help()).join(""), /usage: lix-image lock/);
  const folders = loaded.flatMap((url) => /\/provider\/(\w+)\//.exec(url)?.[1] ?? []);
  assert.deepEqual(
    folders.filter(
      (folder) => !["base", "cli", "errors", "formats", "plan", "resolve"].includes(folder),
    ),
    [],
  );
  const packages = loaded.filter((url) => url.includes("/node_modules/"));
  assert.deepEqual(packages, []);
  assert.ok(loaded.length < 40, `${loaded.length} modules`);
});
