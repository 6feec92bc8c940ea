import { parseLockArguments } from "../../provider/cli/lock/arguments.ts";
import { makeLock } from "../../provider/cli/lock/make-lock.ts";
import type { LockTiming } from "../../provider/cli/lock/package-source.ts";

/** `lix-image lock` in this process and in its current folder; the exit code. */
export async function lockCommand(argv: readonly string[], timing?: LockTiming): Promise<number> {
  return makeLock(parseLockArguments(argv, process.cwd()), timing);
}
