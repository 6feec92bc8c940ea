/** Entries of `files` that no container will see. @module */
import type { LixImageSpec } from "./schema.ts";

/** A runtime mounts its own file over each of these, and has a setting for what it writes there. */
const MOUNTED: ReadonlyMap<string, string> = new Map([
  ["/etc/hosts", "`hostAliases` of a pod or `docker run --add-host`"],
  ["/etc/hostname", "`hostname` of a pod or `docker run --hostname`"],
  ["/etc/resolv.conf", "`dnsConfig` of a pod or `docker run --dns`"],
]);

/** One line for each. They are not errors, because a tool that only unpacks the image sees the files. */
export const fileWarnings = (files: LixImageSpec["files"]): string[] =>
  Object.keys(files).flatMap((path) => {
    const instead = MOUNTED.get(path);
    if (instead === undefined) return [];
    const where = `files[${JSON.stringify(path)}]`;
    return [`${where}: container runtimes mount their own file over it; use ${instead}`];
  });
