/** plugin-archive.js, with its types: the executable plugin out of dist/. @module */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { REPOSITORY } from "./source-files.ts";

interface PluginArchive {
  readonly writePlugin: (folder: string) => Promise<void>;
  /** The files that it wrote into `into`. */
  readonly writeArchives: (plugin: string, into: string) => Promise<string[]>;
}

export const { writePlugin, writeArchives } = (await import(
  join(REPOSITORY, "plugin-archive.js")
)) as PluginArchive;

export const { version: PLUGIN_VERSION } = JSON.parse(
  readFileSync(join(REPOSITORY, "package.json"), "utf8"),
) as { readonly version: string };

/** Lends an archive, as a release has it. */
export const withPluginArchive = <T>(use: (archive: string) => Promise<T>): Promise<T> =>
  withTempDir(async (folder) => {
    await writePlugin(join(folder, "plugin"));
    const [archive = ""] = await writeArchives(join(folder, "plugin"), folder);
    return use(archive);
  });
