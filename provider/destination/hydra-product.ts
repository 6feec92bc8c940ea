import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ifThere } from "../base/error-code.ts";
import { makeFolder } from "../base/make-folder.ts";
import { replaceFile } from "../base/place-file.ts";
import type { Destination } from "./destination.ts";

/**
 * The same file, offered to Hydra as a download, as docker.nix's `tarball` is: a line of
 * `nix-support/hydra-build-products` beside it.
 * @see https://hydra.nixos.org/build/latest-finished/download/1/hydra/manual (build products)
 */
export const asHydraProduct = (destination: Destination, file: string): Destination => ({
  ...destination,
  async publish(image, options) {
    const report = await destination.publish(image, options);
    await offer(resolve(file));
    return report;
  },
});

async function offer(file: string): Promise<void> {
  const folder = join(dirname(file), "nix-support");
  const list = join(folder, "hydra-build-products");
  const line = `file binary-dist ${file}`;
  const before = (await ifThere(readFile(list, "utf8"))) ?? "";
  const lines = before.split("\n").filter((each) => each !== "");
  if (lines.includes(line)) return;
  await makeFolder(folder);
  await replaceFile(list, (temporary) => writeFile(temporary, [...lines, line, ""].join("\n")));
}
