/**
 * docs/retries.md, out of the table of retries and time limits.
 *
 *     node test/support/retries-page.ts
 *
 * writes it.
 * @module
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import {
  BUSY,
  LONGEST_PAUSE_MS,
  LONGEST_RETRY_AFTER_MS,
  RETRY,
  TIME_LIMIT,
  type RetryPolicy,
} from "../../provider/base/retry-policy.ts";
import { REPOSITORY } from "./source-files.ts";

export const RETRIES_FILE = join(REPOSITORY, "docs/retries.md");

/** The page, as Prettier leaves it. */
export async function retriesPage(): Promise<string> {
  const policies: readonly RetryPolicy[] = Object.values(RETRY);
  const page = [
    INTRODUCTION,
    "",
    "| What is repeated | After | Tries | First pause |",
    "| --- | --- | --- | --- |",
    ...policies.flatMap(rowsOf),
    "",
    "## Time limits",
    "",
    "What takes longer fails, or the next cache is asked.",
    "",
    "| Wait for | At most |",
    "| --- | --- |",
    ...Object.values(TIME_LIMIT).map(({ what, ms }) => `| ${what} | ${duration(ms)} |`),
  ].join("\n");
  return format(page, { ...(await resolveConfig(RETRIES_FILE)), parser: "markdown" });
}

/** One row for each number of tries. */
function rowsOf({ what, tries, firstPauseMs }: RetryPolicy): string[] {
  const kinds = Object.entries(tries);
  const counts = [...new Set(kinds.map(([, count]) => count))];
  return counts.map((count) => {
    const after = kinds.filter(([, each]) => each === count).map(([kind]) => kind);
    const shown = count === Infinity ? "no end" : String(count);
    return `| ${what} | ${after.join(", ")} | ${shown} | ${firstPauseMs === 0 ? "none" : duration(firstPauseMs)} |`;
  });
}

const duration = (ms: number): string =>
  ms < 1000 ? `${ms} ms` : ms < 120_000 ? `${ms / 1000} s` : `${ms / 60_000} min`;

const INTRODUCTION = `<!-- Written by test/support/retries-page.ts out of provider/base/retry-policy.ts: do not edit. -->

# Retries and time limits

An operation is repeated after a failure that may pass, and ends at once after any other failure. The number of tries
includes the first one. Each pause is twice as long as the one before, at most ${duration(LONGEST_PAUSE_MS)}, and is shortened at random by up to
half, so that many clients do not come back at once. A server's \`Retry-After\` is obeyed up to ${duration(LONGEST_RETRY_AFTER_MS)}. All tries of one
request must fit into its time limit.

The column "After" contains these words:

- network: a connection could not be made or broke, or a response was incomplete. A host name that does not exist, a certificate
  that is not trusted and a server that does not speak HTTP are final.
- silence: nothing arrived within a time limit.
- busy: the server says so with status ${[...BUSY].join(", ")}.
- page: a web page, or something else that is no response to the request.
- lost upload: the registry no longer knows the upload, or received other bytes than were sent.
- refused rest: the registry has a part of the upload and does not accept the rest.
- lost blob: the registry does not know a blob or manifest that it had a moment ago.
- lost layer: a layer is gone from the local cache, or could not be copied from another registry.
- lost folder: another process removed a folder of the local cache while a file was written there.
- not shown: the registry does not yet show a manifest or tag that was just written.
- expired login: the registry or cache refused a login that may have expired.
- locked: another process holds the lock.

What is not in the table is tried once: the Docker daemon, credential helpers, the AWS CLI, a machine's metadata service.
`;

if (import.meta.main) await writeFile(RETRIES_FILE, await retriesPage());
