/**
 * Where progress and warnings go. The provider installs a sink at start; formats never log.
 * @module
 */

export interface LogSink {
  /** A short-lived line: "lix: fetching 12 of 51 layers, 34 MB". Replaces the one before. */
  progress(line: string): void;
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
  progress: (line: string): void => sink.progress(line),
  warn: (line: string): void => sink.warn(line),
  info: (line: string): void => sink.info(line),
};
