/**
 * Which process wrote something, in a way that other processes on this machine can check.
 * @module
 */
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { isCode } from "./error-code.ts";

export interface ProcessIdentity {
  /**
   * One boot and one pid namespace, in 8 hex digits: process ids mean something only within them.
   * Containers that share a folder number theirs alike, often all with 1.
   */
  readonly place: string;
  readonly pid: number;
  /** In milliseconds since 1970. */
  readonly start: number;
}

let known: ProcessIdentity | undefined;

export function thisProcess(): ProcessIdentity {
  return (known ??= {
    place: createHash("sha256")
      .update([hostname(), bootId(), pidNamespace()].join("\n"))
      .digest("hex")
      .slice(0, 8),
    pid: process.pid,
    start: Math.round(performance.timeOrigin),
  });
}

/** Unknown for a process on another machine or in another container. An id may have been reused. */
export function hasEnded({ place, pid, start }: ProcessIdentity): boolean | "unknown" {
  const self = thisProcess();
  if (place !== self.place) return "unknown";
  if (pid === self.pid) return start !== self.start;
  try {
    return !process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs as another user.
    return isCode(error, "ESRCH");
  }
}

const bootId = (): string => orNone(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"));
const pidNamespace = (): string => orNone(() => readlinkSync("/proc/self/ns/pid"));

/** Only Linux has them, and only Linux has containers. */
function orNone(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
