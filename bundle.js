/**
 * Part of `npm run build`: joins the modules that a start of ours loads, because Node takes half a millisecond to
 * find and read each of them. A joined module stays importable by its path, where a line hands on its exports.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { build } from "esbuild";
import ts from "typescript";

/**
 * @param folder the compiled modules.
 * @param bundles in this order, each with the files that it begins with: it gets them and all that they import,
 * except for what an earlier one has.
 */
export async function joinModules(folder, bundles) {
  const joined = new Set();
  for (const [name, entries] of Object.entries(bundles)) {
    const modules = [
      ...closureOf(
        entries.map((entry) => join(folder, entry)),
        joined,
      ),
    ];
    for (const module of modules) joined.add(module);
    await writeBundle(join(folder, name), modules, joined);
  }
}

/**
 * Joins the program of a thread with copies of all that it imports, in its own place. If it shared a bundle with others,
 * each thread would load the schemas and the clients that are in there.
 */
export async function joinProgram(file) {
  const modules = new Set(closureOf([file], new Set()));
  await build({
    ...OPTIONS,
    entryPoints: [file],
    outfile: file,
    allowOverwrite: true,
    plugins: [onlyThese(modules, dirname(file))],
  });
}

// sdk/ is there once for CommonJS and ES modules alike.
const BUNDLED = /[\\/]dist[\\/](?:provider|zod)[\\/].*\.js$/;

const OPTIONS = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node22",
  packages: "external",
  sourcemap: true,
  sourcesContent: false,
  logLevel: "warning",
};

/** These modules, and what they import at once. */
function closureOf(files, without) {
  const found = new Set();
  const visit = (file) => {
    if (found.has(file) || without.has(file) || !BUNDLED.test(file)) return;
    found.add(file);
    for (const specifier of parsed(file).imports) visit(resolve(dirname(file), specifier));
  };
  for (const file of files) visit(file);
  return found;
}

async function writeBundle(file, modules, joined) {
  const names = modules.map((module, at) =>
    parsed(module).exports.map((name) => [name, `${name}_${at}`]),
  );
  const list = (pairs) => pairs.map(([name, as]) => `${name} as ${as}`).join(", ");
  const contents = modules.map(
    (module, at) => `export { ${list(names[at])} } from "${specifierOf(dirname(file), module)}";`,
  );
  await build({
    ...OPTIONS,
    stdin: { contents: contents.join("\n"), resolveDir: dirname(file) },
    outfile: file,
    plugins: [onlyThese(joined, dirname(file))],
  });
  for (const [at, module] of modules.entries()) {
    const pairs = names[at].map(([name, as]) => [as, name]);
    writeFileSync(
      module,
      `export { ${list(pairs)} } from "${specifierOf(dirname(module), file)}";\n`,
    );
  }
}

/**
 * All others are imported from where they are. The line that is left of a module in an earlier bundle is joined, too.
 * A module that asks where it is gets its own place as the answer.
 */
const onlyThese = (modules, folder) => ({
  name: "only these",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir, kind }) => {
      const file = resolve(resolveDir, path);
      return kind !== "dynamic-import" && modules.has(file)
        ? { path: file }
        : { path: specifierOf(folder, file), external: true };
    });
    onLoad({ filter: /\.js$/ }, ({ path }) => {
      const place = `new URL("${specifierOf(folder, path)}", import.meta.url).href`;
      return { contents: readFileSync(path, "utf8").replaceAll("import.meta.url", place) };
    });
  },
});

function specifierOf(folder, file) {
  const path = relative(folder, file).split(sep).join("/");
  return path.startsWith(".") ? path : `./${path}`;
}

/** The relative imports and the exports of a compiled module. */
function parsed(file) {
  const source = readFileSync(file, "utf8");
  const { statements } = ts.createSourceFile(file, source, ts.ScriptTarget.Latest);
  const imports = statements.flatMap(({ moduleSpecifier }) =>
    moduleSpecifier?.text.startsWith(".") ? moduleSpecifier.text : [],
  );
  return { imports, exports: statements.flatMap(exportedNames) };
}

export function exportedNames(statement) {
  if (ts.isExportDeclaration(statement))
    // `export *` stands for types only.
    return statement.isTypeOnly || statement.exportClause === undefined
      ? []
      : statement.exportClause.elements.map((element) => element.name.text);
  const isExported = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  if (isExported !== true) return [];
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.text);
  const isValue = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
  return isValue ? [statement.name.text] : [];
}
