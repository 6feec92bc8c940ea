import { homedir } from "node:os";

/** Environment variables: the process's own, or a test's. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The home folder that goes with these variables. */
export const homeOf = (environment: Environment): string => environment["HOME"] || homedir();
