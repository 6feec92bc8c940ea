/**
 * `npm run build`: dist/, out of provider/ and sdk/. Plain JavaScript, because any Node may start it.
 *
 * The provider is an ES module. The SDK is compiled to CommonJS, which every program can load (jest and
 * TypeScript before 5.8 among them, which cannot `require` an ES module), and each of its ES modules
 * hands on what the CommonJS file beside it exports: there is one class LixImage in a process, however
 * its parts import it. Declarations are there for both, as TypeScript asks for `.d.cts` beside `.cjs`.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import ts from "typescript";
import { exportedNames, joinModules, joinProgram } from "./bundle.js";
import { bundlePackages } from "./bundle-packages.js";

const root = fileURLToPath(new URL(".", import.meta.url));
const dist = (path) => join(root, "dist", path);

// By its path: several versions of the compiler are installed for tests, and each would be `tsc`.
const tsc = join(root, "node_modules/typescript/bin/tsc");
rmSync(dist(""), { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], {
  stdio: "inherit",
});
if (status !== 0) process.exit(1);

for (const file of readdirSync(join(root, "sdk")).filter((name) => name.endsWith(".ts")))
  writeCommonJs(basename(file, ".ts"));
writeProviderEntry();
copySqlite();
copyCodecs();
copyFileSync(join(root, "provider/plugin/schema.json"), dist("provider/plugin/schema.json"));
writeReportPage();
await bundleZod();
await bundleNoble();
// Where the plugin alone imports them. The dynamic provider has them from the user's SDK.
await bundlePackages(dist("provider/plugin"), dist("grpc"), (name) =>
  ["@grpc/grpc-js", "@pulumi/pulumi", "google-protobuf"].includes(name),
);
// Before the others, because it gets copies of modules that they will replace by a line.
await joinProgram(dist("provider/image/layer-worker.js"));
await joinModules(dist("provider"), {
  // A check that this machine has found unchanged before.
  "start.js": ["pulumi/lifecycle.js"],
  // The help of the command line. main.js is not in it, because to import main.js is to run it.
  "cli.js": [
    "cli/commands.js",
    "cli/help.js",
    "cli/usage.js",
    "cli/print.js",
    "cli/terminal.js",
    "base/signals.js",
    "base/package-version.js",
  ],
  "check.js": [
    "pulumi/check.js",
    "pulumi/diff.js",
    "resource/resource-session.js",
    "resource/recall.js",
  ],
  "push.js": ["pulumi/push.js", "pulumi/delete.js", "cli/push-image.js"],
});
removeInnerDeclarations();
writeFormerPaths();
writeIdentity();

/** The files of one module of sdk/. */
function writeCommonJs(name) {
  const source = readFileSync(join(root, "sdk", `${name}.ts`), "utf8");
  const { outputText, sourceMapText } = ts.transpileModule(source, {
    fileName: `${name}.ts`,
    compilerOptions: {
      target: ts.ScriptTarget.ES2024,
      module: ts.ModuleKind.CommonJS,
      sourceMap: true,
    },
  });
  const code = outputText.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
  writeFileSync(
    dist(`sdk/${name}.cjs`),
    `${importing(code, "cjs")}//# sourceMappingURL=${name}.cjs.map\n`,
  );
  const map = {
    ...JSON.parse(sourceMapText),
    file: `${name}.cjs`,
    sources: [`../../sdk/${name}.ts`],
  };
  writeFileSync(dist(`sdk/${name}.cjs.map`), JSON.stringify(map));
  rmSync(dist(`sdk/${name}.js.map`), { force: true });

  const declarations = readFileSync(dist(`sdk/${name}.d.ts`), "utf8");
  writeFileSync(dist(`sdk/${name}.d.ts`), importing(declarations, "js"));
  writeFileSync(dist(`sdk/${name}.d.cts`), importing(declarations, "cjs"));

  const values = ts
    .createSourceFile(name, declarations, ts.ScriptTarget.Latest)
    .statements.flatMap(exportedNames);
  const all = values.length === 0 ? "" : `{ ${values.join(", ")} } from "./${name}.cjs"`;
  writeFileSync(dist(`sdk/${name}.js`), `export ${all === "" ? "{}" : all};\n`);
}

/** The compiler leaves names of neighbours in declarations as they are in the source. */
function importing(text, extension) {
  return text.replace(/"\.\/([\w-]+)\.(?:ts|js|cjs)"/g, `"./$1.${extension}"`);
}

/**
 * Copies the 0.7 MB that are used of the 30 MB of sql.js, as npm installed them by the lock. It is a devDependency,
 * so that users do not install the rest.
 */
function copySqlite() {
  const from = (path) => join(root, "node_modules/sql.js", path);
  mkdirSync(dist("sql.js"), { recursive: true });
  copyFileSync(from("dist/sql-wasm.js"), dist("sql.js/sql-wasm.cjs"));
  copyFileSync(from("dist/sql-wasm.wasm"), dist("sql.js/sql-wasm.wasm"));
  copyFileSync(from("LICENSE"), dist("sql.js/LICENSE"));
  const importer = dist("provider/formats/nix/database.js");
  const code = readFileSync(importer, "utf8");
  const copied = code.replace('from "sql.js"', 'from "../../../sql.js/sql-wasm.cjs"');
  if (copied === code) throw new Error(`${importer} does not import sql.js`);
  writeFileSync(importer, copied);
}

/** The wasm that provider/compression runs, and the licences of what it is made of. */
function copyCodecs() {
  const [from, to] = [join(root, "provider/compression/wasm"), dist("provider/compression/wasm")];
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from).filter((name) => /\.wasm$|^LICENSE/.test(name)))
    copyFileSync(join(from, file), join(to, file));
}

/** The scripts of the report's page, which a browser runs, and the library that lays out its map. */
function writeReportPage() {
  const [from, to] = [join(root, "provider/report/page"), dist("provider/report/page")];
  mkdirSync(to, { recursive: true });
  const files = readdirSync(from);
  for (const file of files.filter((name) => name.endsWith(".ts"))) {
    const { outputText } = ts.transpileModule(readFileSync(join(from, file), "utf8"), {
      fileName: file,
      compilerOptions: {
        target: ts.ScriptTarget.ES2024,
        module: ts.ModuleKind.Preserve,
        moduleDetection: ts.ModuleDetectionKind.Legacy,
      },
    });
    writeFileSync(join(to, `${basename(file, ".ts")}.js`), outputText);
  }
  copyFileSync(join(from, "page.css"), join(to, "page.css"));
  mkdirSync(dist("d3-hierarchy"), { recursive: true });
  for (const [file, path] of [
    ["d3-hierarchy.min.js", "dist/d3-hierarchy.min.js"],
    ["LICENSE", "LICENSE"],
  ])
    copyFileSync(join(root, "node_modules/d3-hierarchy", path), dist(`d3-hierarchy/${file}`));
}

/**
 * zod as one file: it is 6 MB as npm installs it, mostly sources, declarations and the messages of 60 languages,
 * and a process loads one module of 0.4 MB in place of 80.
 */
async function bundleZod() {
  const locales = join(root, "node_modules/zod/v4/locales");
  await bundleLibrary("zod", {
    contents: 'export { z } from "zod";',
    imports: ["zod"],
    plugins: [
      {
        name: "English only",
        setup: ({ onLoad }) =>
          onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
            contents: 'export { default as en } from "./en.js";',
            resolveDir: locales,
          })),
      },
    ],
  });
  copyFileSync(join(root, "node_modules/zod/LICENSE"), dist("zod/LICENSE"));
}

/** ECDSA with nonces of RFC 6979, and NaCl's secretbox: Node's crypto has neither. */
async function bundleNoble() {
  const imports = ["@noble/curves/nist.js", "@noble/ciphers/salsa.js"];
  await bundleLibrary("noble", {
    contents: `export { p256 } from "${imports[0]}"; export { xsalsa20poly1305 } from "${imports[1]}";`,
    imports,
  });
  copyFileSync(join(root, "node_modules/@noble/curves/LICENSE"), dist("noble/LICENSE"));
}

/** Writes `dist/NAME/NAME.js`, which takes the place of the imports in all modules of the provider. */
async function bundleLibrary(name, { contents, imports, plugins = [] }) {
  await build({
    stdin: { contents, resolveDir: root },
    outfile: dist(`${name}/${name}.js`),
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node22",
    plugins,
  });
  for (const each of readdirSync(dist("provider"), { recursive: true })) {
    if (!each.endsWith(".js")) continue;
    const file = dist(`provider/${each}`);
    const bundled = relative(dirname(file), dist(`${name}/${name}.js`))
      .split(sep)
      .join("/");
    const code = readFileSync(file, "utf8");
    const changed = imports.reduce(
      (text, specifier) => text.replaceAll(`from "${specifier}"`, `from "${bundled}"`),
      code,
    );
    if (changed !== code) writeFileSync(file, changed);
  }
}

/** What a program cannot import needs no declarations, and they would be a third of the package. */
function removeInnerDeclarations() {
  for (const file of readdirSync(dist("provider"), { recursive: true }))
    if (file.endsWith(".d.ts") && file !== "index.d.ts") rmSync(dist(`provider/${file}`));
}

/**
 * No program can import these, since the package exports two entries; but scripts that work on a checkout
 * import them by their paths of 0.x.
 */
function writeFormerPaths() {
  const moved = {
    "lifecycle/delete.js": "../pulumi/delete.js",
    "base/http-agent.js": "../http/agent.js",
  };
  for (const [former, now] of Object.entries(moved)) {
    mkdirSync(dirname(dist(`provider/${former}`)), { recursive: true });
    writeFileSync(dist(`provider/${former}`), `export * from "${now}";\n`);
  }
}

/** The digest of all that runs, by which a check knows whether the same code has answered it before. */
function writeIdentity() {
  const hash = createHash("sha256");
  const entries = readdirSync(dist(""), { recursive: true, withFileTypes: true });
  const files = entries.flatMap((entry) =>
    entry.isFile() && /\.(js|cjs|wasm)$/.test(entry.name) ? join(entry.parentPath, entry.name) : [],
  );
  for (const file of files.sort()) {
    const contents = readFileSync(file);
    const path = relative(dist(""), file).split(sep).join("/");
    hash.update(`${path} ${contents.length}\n`).update(contents);
  }
  writeFileSync(dist("provider/build-id"), hash.digest("hex"));
}

/** The provider keeps a session, so CommonJS gets the ES module itself and no copy of it. */
function writeProviderEntry() {
  writeFileSync(
    dist("provider/index.cjs"),
    [
      '"use strict";',
      "// An older Node cannot require an ES module, and would say only that.",
      'require("../sdk/node-version.cjs").requireNode();',
      'module.exports = require("./index.js");\n',
    ].join("\n"),
  );
  const declarations = readFileSync(dist("provider/index.d.ts"), "utf8");
  writeFileSync(dist("provider/index.d.cts"), declarations);
}
