import { removeTemporaries } from "../base/temporary.ts";

/** As a shell counts them: 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * What is half done is removed, and the process ends. A second ^C finds no listener any more, and ends
 * it at once.
 * @param told before the line that says so: what of a terminal is to be cleared.
 */
export function endOnSignals(told: () => void): void {
  for (const [signal, code] of Object.entries(EXIT_CODES))
    process.once(signal, () => {
      told();
      process.stderr.write(`lix-image: ended by ${signal}\n`);
      removeTemporaries();
      process.exit(code);
    });
}
