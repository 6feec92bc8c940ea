import { removeTemporaries } from "./temporary.ts";

/** As a shell counts them: 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * What is half done is removed, and the process ends, unless somebody else here listens as well. A second
 * ^C finds no listener of ours any more.
 * @param told what is to be done before: such as to clear a line of the terminal.
 */
export function endOnSignals(told: (signal: string) => void = () => {}): void {
  for (const [signal, code] of Object.entries(EXIT_CODES))
    process.once(signal, () => {
      told(signal);
      removeTemporaries();
      if (process.listenerCount(signal) === 0) process.exit(code);
    });
}
