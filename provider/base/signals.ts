import { removeTemporaries } from "./temporary.ts";

/** As a shell counts them: 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * On a signal, removes temporary files and ends the process, unless somebody else listens to the signal,
 * too. A second ^C ends the process at once, because our listener is gone.
 * @param before is called first: for example, it clears a line of the terminal.
 */
export function endOnSignals(before: (signal: string) => void = () => {}): void {
  for (const [signal, code] of Object.entries(EXIT_CODES))
    process.once(signal, () => {
      before(signal);
      removeTemporaries();
      if (process.listenerCount(signal) === 0) process.exit(code);
    });
}
