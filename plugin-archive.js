/**
 * `npm run plugin`: the executable plugin, out of dist/. What `pulumi plugin install` gets is the same for every
 * system, since the plugin runs on the Node that is there; and the same bytes wherever it is made.
 */
import { chmodSync, copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { rmSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { bundlePackages } from "./bundle-packages.js";

const root = fileURLToPath(new URL(".", import.meta.url));
const { name, version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** As Go names them, and Pulumi with it. */
const SYSTEMS = ["linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64", "windows-amd64"];
const LAUNCHERS = ["pulumi-resource-lix", "pulumi-resource-lix.cmd"];

/** Writes `folder`, which the engine can run the plugin from, and which needs nothing beside it but Node. */
export async function writePlugin(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const launcher of LAUNCHERS) {
    copyFileSync(join(root, "plugin/launcher", launcher), join(folder, launcher));
    chmodSync(join(folder, launcher), 0o755);
  }
  copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  copyFileSync(join(root, "provider/plugin/schema.json"), join(folder, "schema.json"));
  // The provider asks for its version.
  const manifest = {
    name,
    version,
    license,
    type: "module",
    exports: { "./package.json": "./package.json" },
  };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  cpSync(join(root, "dist"), join(folder, "dist"), {
    recursive: true,
    filter: (file) => !/\.map$|\.d\.c?ts$/.test(file) && !isOfPrograms(file),
  });
  await bundlePackages(
    join(folder, "dist/provider"),
    join(folder, "dist/packages"),
    (each) => each !== name,
  );
}

/** What the npm package has for programs; the provider needs nothing else of it than the check of Node's version. */
const isOfPrograms = (file) =>
  file.startsWith(join(root, "dist/sdk/")) && !file.includes("node-version.");

/** Writes an archive of the plugin in `folder` for each system into `into`, and returns their paths. */
export async function writeArchives(folder, into) {
  const bytes = await archive(folder);
  return SYSTEMS.map((system) => {
    const file = join(into, `pulumi-resource-lix-v${version}-${system}.tar.gz`);
    writeFileSync(file, bytes);
    return file;
  });
}

/** By our own encoders: zlib's bytes depend on the processor. */
async function archive(folder) {
  const { packTar } = await import("./dist/provider/formats/tar/pack.js");
  const { gzipEncoder } = await import("./dist/provider/compression/gzip-encoder.js");
  const { throughCodec } = await import("./dist/provider/compression/codec.js");
  return Buffer.concat(
    await Array.fromAsync(throughCodec(packTar(tarItems(folder)), gzipEncoder(9))),
  );
}

async function* tarItems(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => ({ entry, file: join(entry.parentPath, entry.name) }))
    .map(({ entry, file }) => ({ entry, file, path: relative(folder, file).split(sep).join("/") }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const { Owner } = await import("./dist/provider/base/owner.js");
  const owner = Owner.root;
  for (const { entry, file, path } of entries) {
    if (entry.isDirectory()) {
      yield { kind: "directory", path, mode: 0o755, owner };
      continue;
    }
    const bytes = readFileSync(file);
    const mode = LAUNCHERS.includes(path) ? 0o755 : 0o644;
    yield { kind: "regular", path, mode, owner, size: bytes.length };
    yield { kind: "contents", bytes };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const into = join(root, "dist-plugin");
  await writePlugin(join(into, "pulumi-resource-lix"));
  for (const file of await writeArchives(join(into, "pulumi-resource-lix"), into))
    console.log(file);
}
