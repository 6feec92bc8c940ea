/**
 * Where progress and warnings go. The provider installs a sink at start; formats never log.
 * @module
 */
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

let sink: LogSink = { progress: () => {}, warn: () => {}, info: () => {} };

export const log = {
  /** Replaces the process's sink; returns the one before. */
  install(next: LogSink): LogSink {
    const before = sink;
    sink = next;
    return before;
  },
  progress: (line: string, share?: number): void => sink.progress(printableLines(line), share),
  warn: (lines: Lines): void => sink.warn(printableLines(lines)),
  info: (lines: Lines): void => sink.info(printableLines(lines)),
};
