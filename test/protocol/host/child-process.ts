/**
 * Node processes that never outlive the operation that started them.
 * @module
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

export interface ChildOptions {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Environment;
  /** Each line of stdout and stderr. */
  readonly onLine: (line: string, stream: "stdout" | "stderr") => void;
  readonly signal: AbortSignal;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Child {
  /** The exit code, or the name of the signal that ended it; all output has been read by then. */
  readonly ended: Promise<number | string>;
  /** Sends SIGINT, as the engine does to close a plugin. Fails if SIGKILL is needed five seconds later. */
  end(): Promise<void>;
  /** Closes stdin, as the kernel does when the engine has ended. */
  closeStdin(): void;
  /** SIGKILL at once, as the kernel does when there is no memory left. */
  kill(): Promise<void>;
}

const PATIENCE = 3_000;
// sdk/go/common/resource/plugin/plugin.go
const UNTIL_KILLED = 5_000;
const running = new Set<() => void>();
process.on("exit", () => running.forEach((kill) => kill()));

export function startNode(options: ChildOptions): Child {
  const child = spawn(process.execPath, options.args, {
    cwd: options.cwd,
    env: options.env,
    // The engine never writes to its plugins' stdin, but holds it open.
    stdio: ["pipe", "pipe", "pipe"],
  });
  const kill = (): void => void child.kill("SIGKILL");
  running.add(kill);
  options.signal.addEventListener("abort", kill, { once: true });
  for (const stream of ["stdout", "stderr"] as const) {
    createInterface({ input: child[stream] }).on("line", (line) => options.onLine(line, stream));
  }

  const ended = waitFor(child).finally(() => {
    running.delete(kill);
    options.signal.removeEventListener("abort", kill);
    child.stdin.destroy();
    child.stdout.destroy();
    child.stderr.destroy();
  });
  return {
    ended,
    async end() {
      let stubborn = false;
      child.kill("SIGINT");
      const deadline = setTimeout(() => {
        stubborn = true;
        kill();
      }, UNTIL_KILLED);
      await ended.finally(() => clearTimeout(deadline));
      if (stubborn) throw new Error(`process ${child.pid} had to be killed: SIGINT did not end it`);
    },
    closeStdin: () => void child.stdin.end(),
    async kill() {
      kill();
      await ended;
    },
  };
}

/** "close" comes when all output has been read, unless a grandchild holds the pipes open. */
async function waitFor(child: ChildProcess): Promise<number | string> {
  const exited = once(child, "exit").then(() => sleep(PATIENCE, undefined, { ref: false }));
  await Promise.race([once(child, "close"), exited]);
  return child.exitCode ?? child.signalCode ?? "an unknown status";
}
