/** Progress on stderr: one line that is overwritten on a terminal, at most one a second elsewhere. */
import type { WriteStream } from "node:tty";
import type { LogSink } from "../base/log.ts";

export interface TerminalSink extends LogSink {
  /** Clears the line of progress. */
  end(): void;
}

const CLEAR = "\r\u001b[K";
const QUIET_MS = 1000;

export function terminalSink(stream: WriteStream): TerminalSink {
  let last = 0;
  const line = (text: string): void => {
    stream.write(`${stream.isTTY ? CLEAR : ""}${text}\n`);
  };
  return {
    progress(text) {
      if (stream.isTTY) {
        stream.write(`${CLEAR}${text.slice(0, Math.max(20, stream.columns - 1))}`);
        return;
      }
      const now = Date.now();
      if (now - last < QUIET_MS) return;
      last = now;
      line(text);
    },
    warn: (text) => line(`warning: ${text}`),
    info: line,
    end() {
      if (stream.isTTY) stream.write(CLEAR);
    },
  };
}
