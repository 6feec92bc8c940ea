/** What is measured: ours, and beside it what the same bytes cost others. @module */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withTempDir } from "../../provider/base/temp-dir.ts";
import { measure, measureNode, type NodeUsage, type Usage } from "../support/measured.ts";
import { pushSubjects, when } from "./push-subjects.ts";
import type { Subject } from "./samples.ts";
import { child, lixImage, writeArguments, type Workbench } from "./workbench.ts";

/** The others are given as multiples of the first. */
export async function subjectsOf(bench: Workbench): Promise<Subject[]> {
  const { packages, layout, tar, cache } = bench;
  const list = join(bench.folder, "nars.txt");
  await writeFile(list, bench.nars.join("\n"));
  const xz = (processes: number): Promise<Usage> =>
    measure(["xargs", "-a", list, "-n", "4", "-P", String(processes), "xz", "-dc"]);
  const codec = (what: string, file: string): Promise<Usage> =>
    measure([process.execPath, child("codec.ts"), what, file]);
  const skopeo = (target: string): Promise<Usage> =>
    measure([
      "skopeo",
      "--insecure-policy",
      "copy",
      "--dest-tls-verify=false",
      `oci:${layout}`,
      target,
    ]);
  const build = (localCache: string): Promise<NodeUsage> =>
    withTempDir(async (folder) => {
      const args = await writeArguments(folder, { lock: packages.lockFile });
      const known = localCache === "" ? join(folder, "cache") : localCache;
      return lixImage(["build", args, "--oci", join(folder, "layout")], known);
    });
  const eight = (): Promise<NodeUsage> =>
    withTempDir((folder) =>
      measureNode(child("eight-images.js"), [packages.lockFile, ...packages.extraPkgs], {
        LIX_IMAGE_CACHE: folder,
      }),
    );
  return [
    { name: "xz -dc of the NARs", run: () => xz(1) },
    { name: "xz -dc of the NARs, two at a time", run: () => xz(2) },
    { name: "liblzma as wasm, of the NARs", run: () => codec("xz", list) },
    { name: "gzip -4 of the layers", run: () => measure(["gzip", "-4", "-c", tar]) },
    { name: "Node's zlib, level 4, of the layers", run: () => codec("zlib", tar) },
    { name: "our gzip, level 4, of the layers", run: () => codec("gzip", tar) },
    { name: "our zstd, level 3, of the layers", run: () => codec("zstd", tar) },
    ...when("skopeo", {
      name: "skopeo copy oci: dir:",
      run: () => withTempDir((folder) => skopeo(`dir:${folder}`)),
    }),
    { name: "build, cold", run: () => build("") },
    { name: "build, all layers known", run: () => build(cache) },
    { name: "eight images in one process, cold", run: eight },
    {
      name: "the plugin, from its start to its first answer",
      run: () => measureNode(child("plugin-start.js"), []),
    },
    ...pushSubjects(bench, skopeo),
  ];
}
