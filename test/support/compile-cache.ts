import { join } from "node:path";
import { REPOSITORY } from "./source-files.ts";

/**
 * The folder in which Node keeps what it has compiled, types stripped, for all processes of the tests:
 * as the value of NODE_COMPILE_CACHE it halves the time that a command or a provider takes to start.
 */
export const COMPILE_CACHE = join(REPOSITORY, "node_modules/.cache/pulumi-lix-tests");
