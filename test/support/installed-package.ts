/**
 * A folder in which npm has installed the package: real files and no link into this repository, so that
 * neither Node nor TypeScript finds here what a user would not have.
 * @module
 */
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { publishedFiles } from "./published-files.ts";
import { REPOSITORY } from "./source-files.ts";

export interface InstalledPackage {
  /** Programs are in folders below it. */
  readonly folder: string;
  /** Installs another package of ours in place of what was there by that name; without one, removes it. */
  install(name: string, from?: string): void;
}

/** The dependencies that package.json names: pulumi-lix, @pulumi/pulumi and their own dependencies. */
export async function withInstalledPackage<T>(
  use: (installed: InstalledPackage) => Promise<T>,
): Promise<T> {
  return withTempDir(async (folder) => {
    const modules = join(folder, "node_modules");
    for (const source of closure([REPOSITORY, "@pulumi/pulumi"])) {
      const name = source.slice(source.lastIndexOf("node_modules/") + "node_modules/".length);
      if (source !== REPOSITORY) place(source, join(modules, name));
    }
    const own = join(modules, "pulumi-lix");
    for (const file of publishedFiles()) {
      mkdirSync(dirname(join(own, file)), { recursive: true });
      copyFileSync(join(REPOSITORY, file), join(own, file));
    }
    return use({
      folder,
      install: (name, from) => {
        rmSync(join(modules, name), { recursive: true, force: true });
        if (from !== undefined) place(join(REPOSITORY, "node_modules", from), join(modules, name));
      },
    });
  });
}

/** The folders that npm installs for the package, without its peer @pulumi/pulumi; nested ones are inside. */
export const dependencyFolders = (): string[] => [...closure([REPOSITORY])].slice(1);

interface Manifest {
  readonly name?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;

/** Folders at the top of node_modules; what is nested in one comes along with it. */
function closure([own, ...names]: readonly [string, ...string[]]): ReadonlySet<string> {
  const found = new Set([own]);
  const nested = new Set<string>();
  const visit = (from: string, name: string): void => {
    const folder = resolve(from, name);
    if (folder === undefined || found.has(folder) || nested.has(folder)) return;
    (folder.split("node_modules/").length > 2 ? nested : found).add(folder);
    for (const each of Object.keys(manifest(folder).dependencies ?? {})) visit(folder, each);
  };
  for (const name of [...names, ...Object.keys(manifest(own).dependencies ?? {})]) visit(own, name);
  return found;
}

/** As Node does. */
function resolve(from: string, name: string): string | undefined {
  const folder = join(from, "node_modules", name);
  if (existsSync(join(folder, "package.json"))) return folder;
  return from === REPOSITORY ? undefined : resolve(dirname(from), name);
}

/** Hard links, where the file system has them between the two; a compiler is too big and is found anywhere. */
function place(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  if (manifest(from).name === "typescript") return symlinkSync(from, to, "dir");
  link(from, to);
}

function link(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) link(source, target);
    else if (entry.isFile()) linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}
