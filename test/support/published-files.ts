import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "./source-files.ts";

/** What `npm pack` puts into the package, relative to it; dist/ must have been built. */
export function publishedFiles(): string[] {
  const { files } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as {
    readonly files: readonly string[];
  };
  return ["package.json", ...files].flatMap((name) => {
    const path = join(REPOSITORY, name);
    if (!statSync(path).isDirectory()) return name;
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(REPOSITORY.length + 1));
  });
}
