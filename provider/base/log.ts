/**
 * Where progress and warnings go. A face runs its work `withLog`; formats never log.
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { printableLines, type Lines } from "./printable.ts";

/** Gets text that is safe to show; line breaks in it are ours. */
export interface LogSink {
  /**
   * A short-lived line, `34.1 of 83.2 MB pushed: web`; replaces the one before.
   * @param share from 0 to 1, where it is known.
   */
  progress(line: string, share?: number): void;
  /** Something the user should read, once. */
  warn(line: string): void;
  /** A lasting line of narration. */
  info(line: string): void;
}

/** docs/decisions/0012-sessions.md says why this is not a parameter. */
const scope = new AsyncLocalStorage<LogSink>();

/** What `work` logs, and all that it starts, goes to this sink and to no other. */
export const withLog = <T>(sink: LogSink, work: () => T): T => scope.run(sink, work);

const SILENT: LogSink = { progress: () => {}, warn: () => {}, info: () => {} };

export const log = {
  /** The sink of the work that is running. */
  sink: (): LogSink => scope.getStore() ?? SILENT,
  progress: (line: string, share?: number): void =>
    log.sink().progress(printableLines(line), share),
  warn: (lines: Lines): void => log.sink().warn(printableLines(lines)),
  info: (lines: Lines): void => log.sink().info(printableLines(lines)),
};
