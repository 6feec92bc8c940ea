/**
 * Packages as files of ours: an executable plugin is installed without npm. gRPC and the protocol's messages are also
 * in the npm package, because they come with Pulumi's SDK, where only the SDK can import them.
 */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import ts from "typescript";

const root = fileURLToPath(new URL(".", import.meta.url));

/**
 * @param modules the folder whose modules import them; it is changed to import the files.
 * @param into the folder for the files.
 * @param isBundled whether the package of this name is.
 */
export async function bundlePackages(modules, into, isBundled) {
  const files = readdirSync(modules, { recursive: true })
    .filter((name) => name.endsWith(".js"))
    .map((name) => join(modules, name));
  const imported = files.flatMap((file) => packagesIn(readFileSync(file, "utf8")));
  const specifiers = [...new Set(imported)].filter((name) => isBundled(packageOf(name))).sort();
  const { metafile } = await build({
    entryPoints: specifiers.map((name) => ({ in: `package:${name}`, out: fileName(name) })),
    outdir: into,
    // Comments in the files name paths from here.
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22",
    metafile: true,
    // CommonJS requires what is in Node.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    // A debugging service of gRPC needs it, which we do not offer.
    external: ["@grpc/proto-loader"],
    plugins: [entryModules(await exportsOf(specifiers))],
  });
  copyLicenses(Object.keys(metafile.inputs), into);
  for (const file of files) {
    const code = readFileSync(file, "utf8");
    const changed = specifiers.reduce(
      (text, name) => text.replaceAll(`"${name}"`, `"${pathTo(file, into, name)}"`),
      code,
    );
    if (changed !== code) writeFileSync(file, changed);
  }
}

const packagesIn = (code) =>
  ts
    .preProcessFile(code, true, true)
    .importedFiles.map(({ fileName: name }) => name)
    .filter((name) => !/^(?:\.|node:)/.test(name));

const packageOf = (specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;

/** `@pulumi/pulumi/proto/engine_pb.js` becomes `engine_pb`. */
const fileName = (specifier) => basename(specifier, ".js");

function pathTo(file, into, specifier) {
  const path = relative(dirname(file), join(into, `${fileName(specifier)}.js`));
  return path.split(sep).join("/");
}

/** The names that Node finds in each of them. */
async function exportsOf(specifiers) {
  const found = new Map();
  for (const name of specifiers) found.set(name, Object.keys(await import(name)));
  return found;
}

/** Hands on what Node would. */
const entryModules = (names) => ({
  name: "entry modules",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^package:/ }, ({ path }) => ({
      path: path.slice("package:".length),
      namespace: "entry",
    }));
    onLoad({ filter: /.*/, namespace: "entry" }, ({ path }) => {
      const list = names
        .get(path)
        .filter((name) => name !== "module.exports")
        .join(", ");
      return { contents: `export { ${list} } from "${path}";`, resolveDir: root };
    });
  },
});

/** @param inputs paths of the files that were bundled. */
function copyLicenses(inputs, into) {
  for (const name of new Set(inputs.flatMap(packageAround))) {
    const folder = join(root, "node_modules", name);
    const license = readdirSync(folder).find((file) => /^LICEN[CS]E/i.test(file));
    if (license === undefined) continue;
    copyFileSync(join(folder, license), join(into, `LICENSE.${name.replaceAll("/", "-")}`));
  }
}

/** Also `a/node_modules/b`, which is a package within another. */
const packageAround = (path) =>
  /^node_modules\/((?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [];
