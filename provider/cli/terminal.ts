/**
 * Progress on stderr. A terminal gets one line with a bar, which is redrawn, and removed before anything else
 * is written. A pipe or a log gets a plain line every two seconds, and no control sequences.
 * @module
 */
import type { WriteStream } from "node:tty";
import type { Environment } from "../base/environment.ts";
import type { LogSink } from "../base/log.ts";

export interface TerminalSink extends LogSink {
  /** Removes the line of progress, because something else is about to be written. */
  readonly clear: () => void;
}

/** What we use of stderr. */
export type TerminalStream = Pick<WriteStream, "write"> & {
  readonly isTTY?: boolean | undefined;
  /** Undefined or 0 where it is unknown. */
  readonly columns?: number | undefined;
};

const CLEAR = "\r\u001b[K";
// Progress comes once a second; a log needs half of that. A timer may be late or early.
const PLAIN_PAUSE_MS = 1_900;
const USUAL_COLUMNS = 80;
const BAR_COLUMNS = 20;
/** In a narrower terminal there is room for the numbers only. */
const LEAST_COLUMNS_WITH_BAR = 60;

export function terminalSink(
  stream: TerminalStream,
  environment: Environment = process.env,
): TerminalSink {
  const redraws = canRedraw(stream, environment);
  let isDrawn = false;
  let last = -Infinity;
  // A command may plan several images of the same arguments, which warn of the same things.
  const warned = new Set<string>();
  const clear = (): void => {
    if (isDrawn) stream.write(CLEAR);
    isDrawn = false;
  };
  const line = (text: string): void => {
    clear();
    stream.write(`${text}\n`);
  };
  const draw = (text: string, share: number | undefined): void => {
    const columns = stream.columns || USUAL_COLUMNS;
    const bar = share === undefined || columns < LEAST_COLUMNS_WITH_BAR ? "" : barOf(share);
    // In the last column some terminals begin the next line.
    stream.write(`${CLEAR}${cut(`${bar}${text}`, columns - 1)}`);
    isDrawn = true;
  };
  return {
    progress(text, share) {
      if (redraws) return draw(text, share);
      const now = performance.now();
      if (now - last < PLAIN_PAUSE_MS) return;
      last = now;
      line(text);
    },
    warn(text) {
      if (warned.has(text)) return;
      warned.add(text);
      line(`warning: ${text}`);
    },
    info: line,
    clear,
  };
}

/** @see https://no-color.org */
const canRedraw = (stream: TerminalStream, environment: Environment): boolean =>
  stream.isTTY === true && environment["TERM"] !== "dumb" && !environment["NO_COLOR"];

/** `[########------------]  41%  ` */
function barOf(share: number): string {
  const full = Math.floor(Math.min(1, Math.max(0, share)) * BAR_COLUMNS);
  const percent = Math.floor(share * 100).toString();
  return `[${"#".repeat(full)}${"-".repeat(BAR_COLUMNS - full)}] ${percent.padStart(3)}%  `;
}

/** As much as fits; some characters take two columns. */
function cut(text: string, columns: number): string {
  let width = 0;
  let fits = "";
  for (const character of text) {
    width += WIDE.test(character) ? 2 : 1;
    if (width > columns) return fits;
    fits += character;
  }
  return fits;
}

/** East Asian Wide and Fullwidth, and emoji: roughly, because terminals differ. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}]|[\u{20000}-\u{3fffd}]/u;
