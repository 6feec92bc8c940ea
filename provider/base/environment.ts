import { homedir } from "node:os";

/** Environment variables, of the process or of a test. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The home folder that goes with these variables. */
export const homeOf = (environment: Environment): string => environment["HOME"] || homedir();
